import { type BackupSummary, writeBackup } from '../src/backup/backup.ts'
import { writeWholeFile } from '../src/backup/backup-file.ts'
import { type Order, runCommand, STANDARD_STREAM } from '../src/backup/command.ts'
import { contentsText, sizeText } from '../src/backup/progress-display.ts'
import { readConfig } from '../src/config.ts'
import { programVersion } from '../src/system/program-version.ts'

const ABOUT = 'Writes all that the box has into one file, also while the box runs.'
const REST = `  --force  replaces FILE if it is there
  --help   this text`
const CODES =
  'Exit code 0 if the backup is complete, 1 if not (then there is no new FILE), 2 for wrong usage.'
const USAGE = `${ABOUT}

usage: npm run backup -- [--force] FILE

  FILE     a tar, for example box.tar; "-" is standard output
${REST}

example: npm run backup -- box.tar

${CODES}`
const CONTAINER_USAGE = `${ABOUT}

usage: npm run backup -- - > FILE

  FILE     a tar, on the machine around the container
  --help   this text

example: npm run backup -- - > box.tar

${CODES}`

async function backUp({ file, isForced, ...rest }: Order): Promise<BackupSummary> {
  const options = {
    ...rest,
    filesDir: readConfig(process.env).filesDir,
    programVersion: programVersion(),
    wallTime: Date.now,
  }
  return file === STANDARD_STREAM
    ? writeBackup({ ...options, output: process.stdout })
    : writeWholeFile(file, isForced, (output) => writeBackup({ ...options, output }))
}

function reportOf(summary: BackupSummary, seconds: number): string {
  const { missing, bytes } = summary
  const done = `Backed up ${contentsText(summary)}, ${sizeText(bytes)}, in ${seconds} s.`
  if (missing === 0) return done
  return `${done}\nWarning: ${missing} files that the box knows of were not on its disk; manifest.json in the backup names them.`
}

process.exitCode = await runCommand(process, {
  name: 'backup',
  usage: USAGE,
  containerUsage: CONTAINER_USAGE,
  standardStream: process.stdout,
  run: async (order) => {
    const summary = await backUp(order)
    return (seconds) => reportOf(summary, seconds)
  },
})
