import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { type Command, readCommand, USAGE } from './command.ts'
import { withSection } from './markdown.ts'
import type { Report } from './options.ts'
import { tell } from './progress.ts'
import { UsageError } from './usage-error.ts'

const DOCS = 'docs'
const DOCUMENT = join(DOCS, 'performance.md')

async function main(): Promise<number> {
  const command = readCommand(process.argv.slice(2))
  if (!command) {
    process.stdout.write(`${USAGE}\n`)
    return 0
  }
  // Whoever started servers ends them when this process exits.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => process.exit(128 + constants.signals[signal]))
  }
  // So that a measurement is not lost because it has no place there.
  if (command.isWritten) withSection(readFileSync(DOCUMENT, 'utf8'), command.name, '')
  mkdirSync(command.options.dir, { recursive: true })
  const report = await command.bench.run(command.options)
  put(report, command)
  const missed = report.missed ?? []
  if (!command.isChecked || missed.length === 0) return 0
  tell(`Goals that were missed:\n${missed.map((goal) => `  ${goal}`).join('\n')}`)
  return 1
}

function put({ text, data, pictures = new Map() }: Report, command: Command): void {
  const { name, options, isWritten, json } = command
  process.stdout.write(`${text}\n`)
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(data, undefined, 2)}\n`)
  const folder = isWritten ? DOCS : options.dir
  for (const [file, picture] of pictures) {
    writeFileSync(join(folder, file), picture)
    tell(`${join(folder, file)} is written`)
  }
  if (isWritten) writeFileSync(DOCUMENT, withSection(readFileSync(DOCUMENT, 'utf8'), name, text))
}

try {
  process.exitCode = await main()
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  tell(`${error.message}. How it is used: npm run bench -- --help`)
  process.exitCode = 2
}
