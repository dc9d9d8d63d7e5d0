import { open } from 'node:fs/promises'
import { type Order, runCommand, STANDARD_STREAM } from '../src/backup/command.ts'
import { contentsText, sizeText } from '../src/backup/progress-display.ts'
import { type RestoreOptions, type RestoreSummary, restoreBackup } from '../src/backup/restore.ts'
import { readConfig } from '../src/config.ts'
import { inCommandWords } from '../src/system/command-words.ts'

const worded = (text: string) => inCommandWords(text, process.env.BOX_COMMANDS)
const USAGE = `Gives the box what is in a backup. The box has to be stopped.

usage: npm run restore -- [--force] FILE
       node scripts/restore.ts [--force] - < FILE

  FILE     what the backup command has written; "-" is standard input
  --force  if the box has sessions or files already, move them aside

Exit code 0 if all is restored, 1 if nothing was changed, 2 for wrong usage.`

async function restore({ file, ...rest }: Order): Promise<RestoreSummary> {
  const { filesDir } = readConfig(process.env)
  const source = await openInput(file)
  try {
    return await restoreBackup({ ...rest, ...source, filesDir, wallTime: Date.now })
  } finally {
    // What was refused has not been read.
    source.input.destroy()
  }
}

async function openInput(file: string): Promise<Pick<RestoreOptions, 'input' | 'inputBytes'>> {
  if (file === STANDARD_STREAM) return { input: process.stdin, inputBytes: undefined }
  try {
    const handle = await open(file)
    const { size } = await handle.stat()
    return { input: handle.createReadStream(), inputBytes: size }
  } catch (cause) {
    throw new Error(`${file} cannot be read (${(cause as Error).message}): is that its name?`, {
      cause,
    })
  }
}

function reportOf(summary: RestoreSummary, seconds: number): string {
  const { missing, bytes, createdAt, oldDataDir } = summary
  return [
    `Restored ${contentsText(summary)}, ${sizeText(bytes)}, in ${seconds} s, as they were at ${createdAt}.`,
    ...(missing > 0 ? [`Warning: ${missing} files were missing when the backup was made.`] : []),
    ...(oldDataDir ? [`What was there before is in ${oldDataDir}, which can be deleted.`] : []),
    `Now start the box: ${process.env.BOX_COMMANDS === 'compose' ? 'docker compose up -d' : 'npm start'}`,
  ].join('\n')
}

process.exitCode = await runCommand(process, {
  name: 'restore',
  usage: worded(USAGE),
  standardStream: process.stdin,
  run: async (order) => {
    const summary = await restore(order)
    return (seconds) => reportOf(summary, seconds)
  },
})
