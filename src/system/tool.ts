import { resolve } from 'node:path'
import { type ParseArgsConfig, parseArgs } from 'node:util'
import { inCommandWords } from './command-words.ts'

/** A program that people run by hand: `npm run <name> -- …`. */
export interface Tool<Config extends ParseArgsConfig> {
  readonly name: string
  /** what `--help` prints, in the words of npm */
  readonly usage: string
  /** the same in the container, where more differs than how commands are typed */
  readonly containerUsage?: string
  readonly config: Config
  /** @returns the exit code */
  readonly run: (asked: ReturnType<typeof parseArgs<Config>>) => number | Promise<number>
}

/** What of a process a tool needs. */
export interface ToolProcess {
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly stdout: { write(text: string): unknown }
  readonly stderr: { write(text: string): unknown }
}

/** A tool was asked for something that it does not have: a sentence that says what. */
export class WrongUsage extends Error {
  override readonly name = 'WrongUsage'
}

/** What npm takes for itself if there is no `--` in front of it, though people have it set for other reasons. */
const SET_FOR_NPM = ['ca']
const DONE = 0
const FAILED = 1
const WRONG_USAGE = 2

/** The exit code: 0 done, 1 not done, 2 wrong usage, unless the tool has another one. */
export async function runTool<Config extends ParseArgsConfig>(
  process: ToolProcess,
  tool: Tool<Config>,
): Promise<number> {
  const { env, stdout, stderr } = process
  const isContainer = env.BOX_COMMANDS === 'compose'
  try {
    const args = process.argv.slice(2)
    if (asksForHelp(args)) {
      const usage = isContainer ? tool.containerUsage : undefined
      stdout.write(`${inCommandWords(usage ?? tool.usage, env.BOX_COMMANDS)}\n`)
      return DONE
    }
    refuseSwallowed(tool.name, Object.keys(tool.config.options ?? {}), env)
    return await tool.run(parsed(args, tool.config))
  } catch (error) {
    const sentence = (error as Error).message
    if (!(error instanceof WrongUsage)) {
      stderr.write(`${inCommandWords(`That did not work: ${sentence}`, env.BOX_COMMANDS)}\n`)
      return FAILED
    }
    const help = inCommandWords(`npm run ${tool.name} -- --help`, env.BOX_COMMANDS)
    stderr.write(`${sentence}. How it is used: ${help}\n`)
    return WRONG_USAGE
  }
}

/** A path as the person means it who typed it: npm runs its scripts in the folder of the project. */
export function typedPath(path: string, env: ToolProcess['env']): string {
  return env.INIT_CWD === undefined ? path : resolve(env.INIT_CWD, path)
}

/** What to add when a file could not be used. In a container its path means one inside. @param name of the tool */
export function pipeHint(name: string, env: ToolProcess['env']): string {
  if (env.BOX_COMMANDS !== 'compose') return ''
  const help = inCommandWords(`npm run ${name} -- --help`, env.BOX_COMMANDS)
  return `. The container does not see files of the machine around it: give "-" and use a pipe, as in ${help}`
}

function asksForHelp(args: readonly string[]): boolean {
  const [before] = args.includes('--') ? [args.slice(0, args.indexOf('--'))] : [args]
  return before.includes('--help') || before.includes('-h')
}

function parsed<Config extends ParseArgsConfig>(args: string[], config: Config) {
  try {
    return parseArgs<Config>({ ...config, args: withJoinedValues(args, config) })
  } catch (cause) {
    // What follows is about values that begin with a hyphen, which are joined to their options here.
    const [sentence = ''] = (cause as Error).message.split('. ')
    throw new WrongUsage(sentence.replace(/\.$/, ''), { cause })
  }
}

/** `--session -x` as `--session=-x`: one id of a session in 64 begins with a hyphen, and `parseArgs` asks what is meant. */
function withJoinedValues(args: readonly string[], { options = {} }: ParseArgsConfig): string[] {
  const joined: string[] = []
  for (const arg of args) {
    const option = joined.at(-1) ?? ''
    const isValue = arg.startsWith('-') && options[option.replace(/^--/, '')]?.type === 'string'
    const isOption = arg === '--' || arg.replace(/^--|=.*$/g, '') in options
    if (isValue && option.startsWith('--') && !isOption) joined.push(`${joined.pop()}=${arg}`)
    else joined.push(arg)
  }
  return joined
}

/**
 * `npm run garbage --list` gives the option to npm, and the tool would do something else without it.
 * @throws {WrongUsage} if so
 */
function refuseSwallowed(name: string, options: readonly string[], env: ToolProcess['env']): void {
  const swallowed = options.find(
    (option) =>
      !SET_FOR_NPM.includes(option) &&
      env[`npm_config_${option.replaceAll('-', '_')}`] !== undefined,
  )
  if (swallowed === undefined) return
  throw new WrongUsage(
    `npm has kept --${swallowed} for itself: write -- in front of all options, as in npm run ${name} -- --${swallowed}`,
  )
}
