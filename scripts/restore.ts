import { open } from 'node:fs/promises'
import { type Order, runCommand, STANDARD_STREAM } from '../src/backup/command.ts'
import { contentsText, sizeText } from '../src/backup/progress-display.ts'
import { type RestoreOptions, type RestoreSummary, restoreBackup } from '../src/backup/restore.ts'
import { readConfig } from '../src/config.ts'

const ABOUT = `Gives the box what is in a backup. The box has to be stopped. A folder that BOX_FILES_DIR names is
restored in place of the usual one.`
const REST = `  --force  moves what the box has already into a folder beside it
  --help   this text`
const CODES = 'Exit code 0 if all is restored, 1 if nothing was changed, 2 for wrong usage.'
const USAGE = `${ABOUT}

usage: npm run restore -- [--force] FILE

  FILE     what "npm run backup" has written; "-" is standard input
${REST}

example: npm run restore -- box.tar

${CODES}`
const CONTAINER_USAGE = `Gives the box what is in a backup. The box has to be stopped.

usage: npm run restore -- [--force] - < FILE

  FILE     what the backup has written, on the machine around the container
${REST}

example: npm run restore -- - < box.tar

${CODES}`
/** Settings of the environment that decide which folder is restored. */
const FOLDER_SETTINGS = ['BOX_ENV_FILE', 'BOX_FILES_DIR']

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
    `Now start the box: ${startCommand()}`,
  ].join('\n')
}

/** As it has to be typed for the folder that was restored. */
function startCommand(): string {
  const { env, platform } = process
  if (env.BOX_COMMANDS === 'compose') return 'docker compose up -d'
  const given = FOLDER_SETTINGS.flatMap((name) => {
    const value = env[name]
    return value ? [`${name}=${quoted(value)}`] : []
  })
  if (given.length === 0) return 'npm start'
  if (platform === 'win32') return `npm start, where ${given.join(' and ')} is set, as it is here`
  return `${given.join(' ')} npm start`
}

function quoted(value: string): string {
  return /^[\w./:@-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`
}

process.exitCode = await runCommand(process, {
  name: 'restore',
  usage: USAGE,
  containerUsage: CONTAINER_USAGE,
  standardStream: process.stdin,
  run: async (order) => {
    const summary = await restore(order)
    return (seconds) => reportOf(summary, seconds)
  },
})
