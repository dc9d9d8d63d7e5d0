import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, it } from 'vitest'

const SCRIPT = fileURLToPath(new URL('../scripts/pinned-node.mjs', import.meta.url))

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'pinned-'))
})
afterEach(() => rmSync(dir, { recursive: true }))

function run(source: string, ...args: string[]) {
  const file = join(dir, 'file.ts')
  writeFileSync(file, source)
  const { status, stdout } = spawnSync(process.execPath, [SCRIPT, ...args, file, 'one', 'two'], {
    encoding: 'utf8',
  })
  return { status, stdout }
}

it('runs a file of typed source with its arguments', () => {
  const source = 'const args: string[] = process.argv.slice(2); console.log(args.join())'
  expect(run(source)).toEqual({ status: 0, stdout: 'one,two\n' })
})

it('takes options of Node, in a process of its own, and gives back its exit code', () => {
  const source = 'console.log(process.execArgv.join()); process.exit(7)'
  expect(run(source, '--no-warnings')).toEqual({ status: 7, stdout: '--no-warnings\n' })
})

/** Runs it as a Node of that version would, in a folder where no Node is installed, unless one is put there. */
function runAs(version: string, pinned?: string) {
  const script = join(dir, 'scripts', 'pinned-node.mjs')
  mkdirSync(join(dir, 'scripts'), { recursive: true })
  copyFileSync(SCRIPT, script)
  if (pinned !== undefined) {
    const name = pinnedName()
    mkdirSync(join(dir, 'node_modules', name, 'bin'), { recursive: true })
    writeFileSync(join(dir, 'node_modules', name, 'package.json'), '{}')
    const node = join(dir, 'node_modules', name, 'bin', 'node')
    writeFileSync(node, `#!/bin/sh\necho ${pinned} "$@"\n`, { mode: 0o755 })
  }
  writeFileSync(join(dir, 'file.mjs'), "console.log('own')")
  const pretend = `Object.defineProperty(process.versions, 'node', { value: '${version}' })`
  const args = ['--import', `data:text/javascript,${pretend}`, script, 'file.mjs']
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: dir,
    encoding: 'utf8',
  })
  return { status, stdout, stderr }
}

function pinnedName(): string {
  const { optionalDependencies } = JSON.parse(
    readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
  ) as { optionalDependencies: Record<string, string> }
  const os = process.platform === 'win32' ? 'win' : process.platform
  return (
    Object.keys(optionalDependencies).find((name) => name.endsWith(`${os}-${process.arch}`)) ?? ''
  )
}

it.each(['24.14.1', '25.8.2', '26.0.0'])(
  'uses the Node of the machine if that is %s',
  (version) => {
    expect(runAs(version, 'pinned')).toMatchObject({ status: 0, stdout: 'own\n' })
  },
)

it.each(['22.22.2', '24.14.0', '25.8.1'])(
  'uses the pinned Node in place of %s, which is too old',
  (version) => {
    expect(runAs(version, 'pinned')).toMatchObject({ status: 0, stdout: 'pinned file.mjs\n' })
  },
)

it('says what to install where there is neither', () => {
  const { status, stderr } = runAs('24.0.0')
  expect(status).toBe(1)
  expect(stderr).toContain('it needs 24.14.1 or newer, and this is v')
  expect(stderr).toContain('Run "npm ci", which brings one for Linux, macOS and Windows')
})

it('pins no Node that is too old itself', () => {
  const { optionalDependencies } = JSON.parse(
    readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
  ) as { optionalDependencies: Record<string, string> }
  const pinned = Object.entries(optionalDependencies)
  expect(pinned.length).toBe(5)
  for (const [name, version] of pinned)
    expect([name, runAs(version).stdout]).toEqual([name, 'own\n'])
})
