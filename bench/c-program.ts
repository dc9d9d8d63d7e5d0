import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { UsageError } from './usage-error.ts'

const DIR = fileURLToPath(new URL('../node_modules/.cache/bench', import.meta.url))

/** The path of the program whose source is `<name>.c` in this folder; compiled once, and again when that has changed. */
export function compiled(name: 'loadgen' | 'least-reflector'): string {
  const source = fileURLToPath(new URL(`./${name}.c`, import.meta.url))
  const version = createHash('sha256').update(readFileSync(source)).digest('hex').slice(0, 12)
  const program = join(DIR, `${name}-${version}`)
  if (existsSync(program)) return program
  mkdirSync(DIR, { recursive: true })
  const unfinished = `${program}.${process.pid}`
  const { error, status, stderr } = spawnSync('gcc', ['-O2', '-o', unfinished, source, '-lm'], {
    encoding: 'utf8',
  })
  if (error || status !== 0) {
    const why = error ? error.message : stderr
    throw new UsageError(`${name} needs gcc and the headers of the C library:\n${why}`)
  }
  renameSync(unfinished, program)
  return program
}
