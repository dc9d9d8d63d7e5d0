import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
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
