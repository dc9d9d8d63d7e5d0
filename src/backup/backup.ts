import { existsSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type Pack, pack } from 'tar-stream'
import type { FileRecord } from '../db/files.ts'
import { parseFilePath } from '../files/file-path.ts'
import { readLog } from '../journal/replay.ts'
import { type CopiedFile, copyApps, newAppsCopyPath } from './apps-copy.ts'
import { BackupError, explained } from './backup-error.ts'
import {
  APPS_NAME,
  commitLogPaths,
  DATABASE_NAME,
  lockBackups,
  OWN_FILES,
  OWN_FOLDERS,
  type OwnFolder,
  UPLOADS_NAME,
} from './box-folder.ts'
import { type Checksum, checksumMeter } from './checksum.ts'
import {
  bringUpToDate,
  type Contents,
  copyDatabase,
  newCopyPath,
  readContents,
  removeCopies,
} from './database-copy.ts'
import {
  appsIn,
  bytesIn,
  FORMAT,
  MANIFEST_NAME,
  type Manifest,
  type ManifestFile,
} from './manifest.ts'
import { isPlacementUnfinished } from './placement.ts'
import type { OnProgress } from './progress.ts'

/** A backup holds who was in which session: nobody's business but the owner's, unpacked, too. */
const OWNER_ONLY = 0o600

export interface BackupOptions {
  /** the box's folder */
  readonly filesDir: string
  /** takes the tar; ended when all is well */
  readonly output: Writable
  readonly programVersion: string
  readonly wallTime: () => number
  readonly signal: AbortSignal
  readonly onProgress: OnProgress
}

/** What a backup holds. */
export interface BackupSummary {
  readonly sessions: number
  readonly files: number
  /** hosted apps, with all releases that are kept */
  readonly apps: number
  /** how many files the box lists and did not have */
  readonly missing: number
  /** of the database, the files and the apps */
  readonly bytes: number
}

/**
 * Writes a backup as a tar: the database as it is at one moment, with what the commit log has for it, the
 * files that it lists, the apps, a manifest. The box may run, and go on undisturbed. Needs room for a copy of the
 * database in the box's folder.
 * Rejects if it is not complete; what `output` has taken until then is no backup.
 * @throws {BackupError} in words for the person who asked for it
 */
export async function writeBackup(options: BackupOptions): Promise<BackupSummary> {
  const dir = resolve(options.filesDir)
  if (!existsSync(join(dir, DATABASE_NAME)) && !isPlacementUnfinished(dir)) {
    throw new BackupError(`there is no box's database in ${dir}: set BOX_FILES_DIR to its folder`)
  }
  const unlock = lockBackups(dir)
  try {
    if (isPlacementUnfinished(dir)) {
      throw new BackupError(`a restore into ${dir} was cut short: start the box, which finishes it`)
    }
    await removeCopies(dir)
    const copyPath = newCopyPath(dir)
    // Before the copy: what the box takes out of it meanwhile is in the copy.
    const log = readLog(commitLogPaths(dir))
    await copyDatabase(dir, copyPath, options.signal, options.onProgress)
    bringUpToDate(copyPath, log, options.wallTime)
    const appsCopy = newAppsCopyPath(dir)
    const apps = await copyApps(dir, appsCopy, options.signal)
    return await writeTar(options, { dir, copyPath, appsCopy, apps })
  } catch (error) {
    throw explained(error, `make room for the backup and, in ${dir}, for a copy of the database`)
  } finally {
    await removeCopies(dir)
    unlock()
  }
}

async function writeTar(options: BackupOptions, source: Source): Promise<BackupSummary> {
  const { output, signal } = options
  const contents = readContents(source.copyPath)
  const tar = pack()
  const written = pipeline(tar, output, { signal })
  // Looked at below, after the filling: the one that failed first makes the other fail.
  written.catch(() => {})
  let manifest: Manifest
  try {
    manifest = await fill(tar, options, source, contents)
    tar.finalize()
  } catch (error) {
    tar.destroy(error as Error)
    await written
    throw error
  }
  await written
  return summaryOf(manifest, contents)
}

interface Source {
  readonly dir: string
  /** of the database */
  readonly copyPath: string
  readonly appsCopy: string
  readonly apps: readonly CopiedFile[]
}

async function fill(
  tar: Pack,
  { programVersion, wallTime, onProgress }: BackupOptions,
  source: Source,
  contents: Contents,
): Promise<Manifest> {
  const { dir, copyPath } = source
  const createdAt = new Date(wallTime())
  const databaseFile = await open(copyPath)
  const { size } = await databaseFile.stat()
  const totalBytes = size + bytesOf(contents.files) + bytesOf(source.apps)
  let doneBytes = 0
  const onBytes = (bytes: number) => {
    doneBytes += bytes
    onProgress({ step: 'writing the backup', doneBytes, totalBytes })
  }
  const database = await addFile(tar, DATABASE_NAME, databaseFile, onBytes)
  const files: ManifestFile[] = []
  const missing: string[] = []
  for (const { path } of contents.files) {
    const file = await openUpload(dir, path)
    if (!file) missing.push(path)
    else files.push({ path, ...(await addFile(tar, `${UPLOADS_NAME}/${path}`, file, onBytes)) })
  }
  const apps = await addApps(tar, source, onBytes)
  const manifest: Manifest = {
    format: FORMAT,
    createdAt: createdAt.toISOString(),
    programVersion,
    schemaVersion: contents.schemaVersion,
    database,
    files,
    ...(await addOwnFiles(tar, dir)),
    apps,
    missing,
  }
  const text = `${JSON.stringify(manifest, undefined, 1)}\n`
  tar.entry({ name: MANIFEST_NAME, mode: OWNER_ONLY, mtime: createdAt }, text)
  return manifest
}

/** Undefined if it is gone; also if it is none that the box would store, wherever it may lead. */
async function openUpload(dir: string, path: FileRecord['path']): Promise<FileHandle | undefined> {
  return parseFilePath(path) ? openIfThere(join(dir, UPLOADS_NAME, path)) : undefined
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path)
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return undefined
    throw error
  }
}

/** They are small, and replaced as a whole: each is one of two states. */
async function addOwnFiles(tar: Pack, dir: string): Promise<Pick<Manifest, OwnFolder>> {
  const added: Partial<Record<OwnFolder, ManifestFile[]>> = {}
  for (const folder of OWN_FOLDERS) {
    const files: ManifestFile[] = []
    for (const path of OWN_FILES[folder]) {
      const file = await openIfThere(join(dir, folder, path))
      if (file) files.push({ path, ...(await addFile(tar, `${folder}/${path}`, file, () => {})) })
    }
    added[folder] = files
  }
  return added
}

async function addApps(
  tar: Pack,
  { appsCopy, apps }: Source,
  onBytes: (bytes: number) => void,
): Promise<ManifestFile[]> {
  const added: ManifestFile[] = []
  for (const { path } of apps) {
    const file = await open(join(appsCopy, path))
    added.push({ path, ...(await addFile(tar, `${APPS_NAME}/${path}`, file, onBytes)) })
  }
  return added
}

async function addFile(
  tar: Pack,
  name: string,
  file: FileHandle,
  onBytes: (bytes: number) => void,
): Promise<Checksum> {
  try {
    const { size, mtime } = await file.stat()
    const meter = checksumMeter(onBytes)
    const entry = tar.entry({ name, size, mtime, mode: OWNER_ONLY, type: 'file' })
    await pipeline(file.createReadStream({ autoClose: false }), meter.pass, entry)
    return meter.result()
  } finally {
    await file.close()
  }
}

function summaryOf(manifest: Manifest, { sessions }: Contents): BackupSummary {
  const { files, missing } = manifest
  const bytes = bytesIn(manifest)
  return { sessions, files: files.length, apps: appsIn(manifest), missing: missing.length, bytes }
}

function bytesOf(files: ReadonlyArray<{ readonly bytes: number }>): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0)
}
