import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { comparison } from './comparison.ts'
import type { Reference } from './contenders.ts'
import { durability } from './durability.ts'
import { growth } from './growth.ts'
import { limits } from './limits.ts'
import type { Bench, BenchOptions } from './options.ts'
import { outage } from './outage.ts'
import { profile } from './profile.ts'
import { chooseScenarios, describeScenarios } from './scenarios.ts'
import { soak } from './soak.ts'
import { start } from './start.ts'
import { upstreamReference } from './upstream.ts'
import { UsageError } from './usage-error.ts'

const BENCHES: Readonly<Record<string, Bench>> = {
  compare: comparison,
  limits,
  profile,
  growth,
  durability,
  start,
  outage,
  soak,
}
const DEFAULT = 'compare'
/** On the disk of the checkout, and not under version control. */
const DIR = 'node_modules/.cache/bench'
const REFLECTOR_PATH = '/reflector'

/** What was asked for. */
export interface Command {
  readonly name: string
  readonly bench: Bench
  readonly options: BenchOptions
  readonly isWritten: boolean
  readonly isChecked: boolean
  /** file for the result as JSON */
  readonly json: string | undefined
}

export const USAGE = `Measures the box.

usage: npm run bench -- [NAME] [options]

${Object.entries(BENCHES)
  .map(([name, { about }]) => `  ${name.padEnd(12)} ${about}`)
  .join('\n')}

Without a name: ${DEFAULT}. For each of them:

  --rounds N      how often each is measured
  --write         put the result into docs/performance.md, too
  --json FILE     all that was measured, for programs
  --dir FOLDER    where servers keep their data (${DIR})
  --help          this text

compare, limits, profile:

  --quick, --full under a minute (default), or about ten minutes a round
  --only LIST     scenarios, e.g. A,D
  --profile LIST  the same as "profile --only LIST"
  --check         compare, soak: fail if a goal is missed

compare, growth:

  --upstream DIR  packages/reflector of a checkout of croquet/croquet, after "npm ci --ignore-scripts"
  --reference CMD any other reflector, for the shell; {port} stands for its port, {dir} for an empty folder
  --reference-path PATH   where it has its web sockets (${REFLECTOR_PATH})
  --reference-files PATH  where it takes files; without this, nginx is compared with

growth, durability, start, soak (each takes some of them):

  --seconds N     how long, each time
  --clients LIST  in one session, e.g. 10,1000
  --sessions LIST how many sessions, e.g. 1,100
  --messages LIST how long a history, e.g. 0,10000
  --rates LIST    messages/s, e.g. 100,1000

Scenarios:

${describeScenarios()}

example: npm run bench -- compare --rounds 3`

/** Undefined if only help was asked for; throws a UsageError. */
export function readCommand(args: readonly string[]): Command | undefined {
  const { values, positionals } = parse(args)
  const name = values.profile === undefined ? (positionals[0] ?? DEFAULT) : 'profile'
  const bench = BENCHES[name]
  if (values.help) return undefined
  if (positionals.length > 1) throw new UsageError('one NAME at most can be given')
  if (!bench) {
    throw new UsageError(
      `there is no bench "${name}": choose of ${Object.keys(BENCHES).join(', ')}`,
    )
  }
  const dir = resolve(values.dir)
  return {
    name,
    bench,
    isWritten: values.write,
    isChecked: values.check,
    json: values.json,
    options: {
      dir,
      rounds: numbers(values.rounds)?.[0],
      seconds: numbers(values.seconds)?.[0],
      rates: numbers(values.rates),
      clients: numbers(values.clients),
      sessions: numbers(values.sessions),
      messages: numbers(values.messages),
      isFull: values.full,
      scenarios: chooseScenarios((values.profile ?? values.only)?.split(','), values.full),
      reference: referenceOf(values, dir),
    },
  }
}

function parse(args: readonly string[]) {
  try {
    return parseOptions([...args])
  } catch (cause) {
    const [sentence = ''] = (cause as Error).message.split('. To ')
    throw new UsageError(sentence, { cause })
  }
}

function parseOptions(args: string[]) {
  return parseArgs({
    args,
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h', default: false },
      rounds: { type: 'string' },
      write: { type: 'boolean', default: false },
      json: { type: 'string' },
      dir: { type: 'string', default: DIR },
      quick: { type: 'boolean', default: false },
      full: { type: 'boolean', default: false },
      only: { type: 'string' },
      profile: { type: 'string' },
      check: { type: 'boolean', default: false },
      upstream: { type: 'string' },
      reference: { type: 'string' },
      'reference-path': { type: 'string', default: REFLECTOR_PATH },
      'reference-files': { type: 'string' },
      seconds: { type: 'string' },
      clients: { type: 'string' },
      sessions: { type: 'string' },
      messages: { type: 'string' },
      rates: { type: 'string' },
    },
  })
}

function referenceOf(
  values: ReturnType<typeof parse>['values'],
  dir: string,
): Reference | undefined {
  if (values.upstream !== undefined) return upstreamReference(values.upstream, dir)
  if (values.reference === undefined) return undefined
  return {
    name: values.reference,
    command: values.reference,
    reflectorPath: values['reference-path'],
    filesPath: values['reference-files'],
  }
}

function numbers(text: string | undefined): number[] | undefined {
  const values = text?.split(',').map(Number)
  if (values?.some((value) => !(value >= 0)))
    throw new UsageError(`"${text}" is not a list of numbers`)
  return values
}
