import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { durability } from './durability.ts'
import { withSection } from './markdown.ts'
import type { Bench, BenchOptions } from './options.ts'
import { outage } from './outage.ts'
import { tell } from './progress.ts'
import { start } from './start.ts'

const BENCHES: Readonly<Record<string, Bench>> = { durability, start, outage }
const DOCUMENT = 'docs/performance.md'
/** On the disk of the checkout, and not under version control. */
const DIR = 'node_modules/.cache/bench'

const USAGE = `Measures the box.

usage: npm run bench -- NAME [options]

${Object.entries(BENCHES)
  .map(([name, { about }]) => `  ${name.padEnd(12)} ${about}`)
  .join('\n')}

  --write         put the result into ${DOCUMENT}, too
  --rounds N      how often each is measured
  --seconds N     how long, each time
  --rates LIST    messages/s, e.g. 100,1000
  --sessions LIST how many sessions, e.g. 1,100
  --dir FOLDER    where the boxes keep their data (${DIR}); has to be on a disk`

async function main(): Promise<number> {
  const command = readCommand()
  if (!command) {
    tell(USAGE)
    return 2
  }
  const { name, bench, options, isWritten } = command
  mkdirSync(options.dir, { recursive: true })
  const text = await bench.run(options)
  process.stdout.write(`${text}\n`)
  if (isWritten) writeFileSync(DOCUMENT, withSection(readFileSync(DOCUMENT, 'utf8'), name, text))
  return 0
}

function readCommand() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      write: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      rates: { type: 'string' },
      sessions: { type: 'string' },
      dir: { type: 'string', default: DIR },
    },
  })
  const [name = '', ...rest] = positionals
  const bench = BENCHES[name]
  if (!bench || rest.length > 0) return undefined
  const options: BenchOptions = {
    dir: resolve(values.dir),
    rounds: numbers(values.rounds)?.[0],
    seconds: numbers(values.seconds)?.[0],
    rates: numbers(values.rates),
    sessions: numbers(values.sessions),
  }
  return { name, bench, options, isWritten: values.write }
}

function numbers(text: string | undefined): number[] | undefined {
  const values = text?.split(',').map(Number)
  if (values?.some((value) => !(value > 0))) throw new Error(`"${text}" is not a list of numbers`)
  return values
}

process.exitCode = await main()
