import { execFile, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { GeneratorResults } from './generator-result.ts'
import type { Target } from './target.ts'
import { UsageError } from './usage-error.ts'

const SOURCE = fileURLToPath(new URL('./loadgen.c', import.meta.url))
const DIR = fileURLToPath(new URL('../node_modules/.cache/bench', import.meta.url))
/** Longer than loads take. */
const TIMEOUT_MS = 600_000
const OUTPUT_BYTES = 10_000_000

const run = promisify(execFile)

/** Arguments of loadgen.c besides the server. */
export type GeneratorOptions = Readonly<Record<string, number | string>>

/**
 * Loads a server.
 * @returns what the generator saw; rejects with its words if it could not do its work
 */
export async function generate<Mode extends keyof GeneratorResults>(
  mode: Mode,
  target: Target,
  options: GeneratorOptions,
  timeoutMs = TIMEOUT_MS,
): Promise<GeneratorResults[Mode]> {
  const args = Object.entries({
    mode,
    port: target.port,
    path: target.reflectorPath,
    pid: target.pids().join(','),
    ...(target.filesPath !== undefined && { files: target.filesPath }),
    ...options,
  }).map(([key, value]) => `${key}=${value}`)
  const settings = { timeout: timeoutMs, maxBuffer: OUTPUT_BYTES }
  const generator = run(compiledGenerator(), args, settings)
  const kill = () => generator.child.kill('SIGKILL')
  process.once('exit', kill)
  try {
    const { stdout } = await generator
    return JSON.parse(stdout) as GeneratorResults[Mode]
  } catch (cause) {
    const words = cause instanceof Error && 'stderr' in cause ? cause.stderr : cause
    throw new Error(`the load generator gave up: ${words}`, { cause })
  } finally {
    process.off('exit', kill)
  }
}

/** The path of the program; it is compiled once, and again when its source has changed. */
export function compiledGenerator(): string {
  const version = createHash('sha256').update(readFileSync(SOURCE)).digest('hex').slice(0, 12)
  const program = join(DIR, `loadgen-${version}`)
  if (existsSync(program)) return program
  mkdirSync(DIR, { recursive: true })
  const unfinished = `${program}.${process.pid}`
  const { error, status, stderr } = spawnSync('gcc', ['-O2', '-o', unfinished, SOURCE, '-lm'], {
    encoding: 'utf8',
  })
  if (error || status !== 0) {
    const why = error ? error.message : stderr
    throw new UsageError(`the load generator needs gcc and the headers of the C library:\n${why}`)
  }
  renameSync(unfinished, program)
  return program
}
