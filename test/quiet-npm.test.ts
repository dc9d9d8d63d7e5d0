import { execFile } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { findProgram } from './support/programs.ts'

const ROOT = join(import.meta.dirname, '..')
/** With which a person may run npm; the box itself runs on the Node that npm installs. */
const NODES = ['v20.20.2', 'v22.12.0', 'v24.0.0']

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'quiet-npm-'))
})
afterEach(() => rmSync(dir, { recursive: true }))

function npmProgram(): string {
  const npm = process.env.npm_execpath ?? findProgram('npm')
  if (npm === undefined) throw new Error('npm is not installed')
  return realpathSync(npm)
}

/** What npm prints that is about to install the project; it looks at the lock file alone, and asks no registry. */
async function dryInstall(nodeVersion: string): Promise<{ stdout: string; stderr: string }> {
  for (const name of ['package.json', 'package-lock.json', '.npmrc']) {
    copyFileSync(join(ROOT, name), join(dir, name))
  }
  const pretend = `Object.defineProperty(process, 'version', { value: '${nodeVersion}' })`
  const args = ['--import', `data:text/javascript,${pretend}`, npmProgram(), 'ci']
  return promisify(execFile)(process.execPath, [...args, '--dry-run', '--offline'], {
    cwd: dir,
    // Nothing of what a developer has told npm.
    env: { PATH: process.env.PATH, HOME: dir, npm_config_userconfig: join(dir, 'none') },
  })
}

it.each(NODES)('`npm ci` with Node %s says what it has added, and no more', async (version) => {
  const { stdout, stderr } = await dryInstall(version)
  expect(stderr).toBe('')
  const lines = stdout.split('\n').filter((line) => line !== '' && !line.startsWith('add '))
  expect(lines).toEqual([expect.stringMatching(/^added \d+ packages in \S+$/)])
})

it('no package is deprecated', () => {
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { readonly deprecated?: string }>
  }
  const found = Object.entries(lock.packages).filter(([, each]) => each.deprecated !== undefined)
  expect(found).toEqual([])
})

it('which Node is needed is said the same everywhere', () => {
  const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')
  expect(JSON.parse(read('package.json')).engines).toEqual({ node: '>=20' })
  expect(JSON.parse(read('package-lock.json')).packages[''].engines).toEqual({ node: '>=20' })
  for (const path of ['README.md', 'docs/install.md', 'scripts/pinned-node.mjs']) {
    expect(read(path)).toMatch(/(Node )?\(?20 or newer/)
  }
  expect(read('Dockerfile')).toMatch(/^FROM node:24-/)
})
