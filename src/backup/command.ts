import { pipeHint, runTool, typedPath, WrongUsage } from '../system/tool.ts'
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
  readonly containerUsage: string
  /** the one that `-` stands for */
  readonly standardStream: { readonly isTTY: boolean }
  /** Resolves with what to tell the person when it is done, which took so many seconds. */
  readonly run: (order: Order) => Promise<(seconds: number) => string>
}

const OPTIONS = { force: { type: 'boolean', default: false } } as const

/**
 * Runs `[--force] FILE` of the command line. Standard output gets nothing but the final report, and not
 * even that if FILE is a standard stream.
 * @returns the exit code: 0 done, 1 not done, 2 wrong usage
 */
export function runCommand(process: NodeJS.Process, command: Command): Promise<number> {
  const { name, usage, containerUsage } = command
  return runTool(process, {
    ...{ name, usage, containerUsage },
    config: { allowPositionals: true, options: OPTIONS } as const,
    run: ({ values, positionals }) => {
      const file = fileIn(positionals, process.env, command.standardStream)
      return carryOut(process, command, { file, isForced: values.force })
    },
  })
}

async function carryOut(
  process: NodeJS.Process,
  command: Command,
  asked: Pick<Order, 'file' | 'isForced'>,
): Promise<number> {
  const { stdout, stderr } = process
  const abort = new AbortController()
  const stop = () => abort.abort()
  for (const name of SIGNALS) process.on(name, stop)
  const begin = performance.now()
  const display = progressDisplay(stderr, () => performance.now())
  try {
    const report = await command.run({ ...asked, signal: abort.signal, onProgress: display.show })
    display.end()
    const seconds = Math.ceil((performance.now() - begin) / 1000)
    const reportStream = asked.file === STANDARD_STREAM ? stderr : stdout
    reportStream.write(`${report(seconds)}\n`)
    return 0
  } catch (error) {
    display.end()
    const hint = asked.file === STANDARD_STREAM ? '' : pipeHint(command.name, process.env)
    stderr.write(`The ${command.name} failed: ${(error as Error).message}${hint}\n`)
    return 1
  } finally {
    // What is left is to be read by others: a signal ends that as usual.
    for (const name of SIGNALS) process.off(name, stop)
  }
}

function fileIn(
  [file, ...rest]: readonly string[],
  env: NodeJS.ProcessEnv,
  standardStream: Command['standardStream'],
): string {
  if (!file || rest.length > 0) throw new WrongUsage('one FILE has to be given')
  if (file !== STANDARD_STREAM) return typedPath(file, env)
  if (!standardStream.isTTY) return file
  throw new WrongUsage('"-" is a terminal here: lead it to or from a file; with Docker, use -T')
}
