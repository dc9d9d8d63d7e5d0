import { createReadStream } from 'node:fs'
import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { type Pack, pack } from 'tar-stream'
import { DeployFailure } from './deploy-failure.ts'

/** What is installed or kept beside an app, and is none of it. */
const NOT_SENT = /^(\..*|node_modules)$/
const PAGE = 'index.html'
/** Folders that builders make. */
const BUILT_FOLDERS = ['dist', 'build', 'out', '_site', 'www']

interface PackedFile {
  /** below the folder, with / between */
  readonly path: string
  readonly bytes: number
}

/** What of a folder is an app. */
export interface AppFolder {
  readonly dir: string
  readonly files: readonly PackedFile[]
  readonly bytes: number
  /** what is left out: hidden files, `node_modules/`, links */
  readonly leftOut: readonly string[]
}

/**
 * Finds what there is to be sent.
 * @throws {DeployFailure} if it is no app
 */
export async function lookInto(dir: string): Promise<AppFolder> {
  const files: PackedFile[] = []
  const leftOut: string[] = []
  await walk(dir, '', files, leftOut)
  if (!files.some(({ path }) => path === PAGE)) {
    const built = BUILT_FOLDERS.find((name) => files.some(({ path }) => path === `${name}/${PAGE}`))
    const advice =
      built === undefined
        ? 'build the app first, and name the folder that was built'
        : `name ${join(dir, built)}, which was built from it`
    throw new DeployFailure(`there is no ${PAGE} in ${dir}: ${advice}`)
  }
  return { dir, files, bytes: files.reduce((sum, file) => sum + file.bytes, 0), leftOut }
}

async function walk(
  dir: string,
  below: string,
  files: PackedFile[],
  leftOut: string[],
): Promise<void> {
  for (const entry of await readdir(join(dir, below), { withFileTypes: true })) {
    const path = `${below}${entry.name}`
    if (NOT_SENT.test(entry.name)) leftOut.push(entry.isDirectory() ? `${path}/` : path)
    else if (entry.isDirectory()) await walk(dir, `${path}/`, files, leftOut)
    else if (entry.isFile()) files.push({ path, bytes: (await lstat(join(dir, path))).size })
    else leftOut.push(path)
  }
}

/**
 * The files as a tar.gz, read while it is taken.
 * @param onBytes told of what was read of the files
 */
export async function* packed(
  { dir, files }: AppFolder,
  onBytes: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  const tar = pack()
  const zipped = createGzip()
  const filled = fill(tar, dir, files, onBytes).catch((error: Error) => tar.destroy(error))
  const done = Promise.all([filled, pipeline(tar, zipped)])
  // Looked at below, unless nobody takes so much of it.
  done.catch(() => {})
  yield* zipped
  await done
}

async function fill(
  tar: Pack,
  dir: string,
  files: readonly PackedFile[],
  onBytes: (bytes: number) => void,
): Promise<void> {
  for (const { path, bytes } of files) {
    if (bytes === 0) {
      tar.entry({ name: path }, '')
      continue
    }
    // One that grows meanwhile is sent as it was; one that shrinks breaks it off.
    const source = createReadStream(join(dir, path), { end: bytes - 1 })
    source.on('data', (chunk) => onBytes(chunk.length))
    await pipeline(source, tar.entry({ name: path, size: bytes }))
  }
  tar.finalize()
}
