import { parseArgs } from 'node:util'
import type { OnProgress } from './progress.ts'
import { progressDisplay } from './progress-display.ts'

/** The file name that stands for a standard stream. */
export const STANDARD_STREAM = '-'
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** What a person asked for. */
export interface Order {
  readonly file: string
  readonly isForced: boolean
  /** aborted when the process is told to end */
  readonly signal: AbortSignal
  readonly onProgress: OnProgress
}

export interface Command {
  readonly name: 'backup' | 'restore'
  readonly usage: string
  /** the one that `-` stands for */
  readonly standardStream: { readonly isTTY: boolean }
  /** Resolves with what to tell the person when it is done, which took so many seconds. */
  readonly run: (order: Order) => Promise<(seconds: number) => string>
}

/**
 * Runs `[--force] FILE` of the command line. Standard output gets nothing but the final report, and not
 * even that if FILE is a standard stream.
 * @returns the exit code: 0 done, 1 not done, 2 wrong usage
 */
export async function runCommand(process: NodeJS.Process, command: Command): Promise<number> {
  const { stdout, stderr } = process
  const abort = new AbortController()
  const stop = () => abort.abort()
  for (const name of SIGNALS) process.on(name, stop)
  const begin = performance.now()
  const display = progressDisplay(stderr, () => performance.now())
  try {
    const asked = readArguments(process.argv.slice(2), command.standardStream)
    const report = await command.run({ ...asked, signal: abort.signal, onProgress: display.show })
    display.end()
    const seconds = Math.ceil((performance.now() - begin) / 1000)
    const reportStream = asked.file === STANDARD_STREAM ? stderr : stdout
    reportStream.write(`${report(seconds)}\n`)
    return 0
  } catch (error) {
    display.end()
    const { message } = error as Error
    const isUsage = error instanceof UsageError
    const text = isUsage
      ? `${message}\n\n${command.usage}`
      : `The ${command.name} failed: ${message}`
    stderr.write(`${text}\n`)
    return isUsage ? 2 : 1
  } finally {
    // What is left is to be read by others: a signal ends that as usual.
    for (const name of SIGNALS) process.off(name, stop)
  }
}

class UsageError extends Error {
  override readonly name = 'UsageError'
}

function readArguments(
  args: readonly string[],
  standardStream: Command['standardStream'],
): Pick<Order, 'file' | 'isForced'> {
  const { values, positionals } = parsed(args)
  const [file, ...rest] = positionals
  if (!file || rest.length > 0) throw new UsageError('one FILE has to be given')
  if (file === STANDARD_STREAM && standardStream.isTTY) {
    throw new UsageError('"-" is a terminal here: lead it to or from a file; with Docker, use -T')
  }
  return { file, isForced: values.force }
}

function parsed(args: readonly string[]) {
  try {
    const options = { force: { type: 'boolean', default: false } } as const
    return parseArgs({ args: [...args], allowPositionals: true, options })
  } catch (cause) {
    throw new UsageError((cause as Error).message, { cause })
  }
}
