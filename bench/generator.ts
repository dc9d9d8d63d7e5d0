import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { compiled } from './c-program.ts'
import type { GeneratorResults } from './generator-result.ts'
import type { Target } from './target.ts'

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

/** The path of the program, which is compiled first if need be; throws a UsageError where it cannot be. */
export function compiledGenerator(): string {
  return compiled('loadgen')
}
