import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, opendir, readdir, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Readable } from 'node:stream'
import { MIGRATIONS } from '../db/migrations.ts'
import { BackupError, explained } from './backup-error.ts'
import { APPS_NAME, DATABASE_NAME, lockBackups, lockBox, UPLOADS_NAME } from './box-folder.ts'
import { checkDatabase } from './database-copy.ts'
import { extractBackup } from './extraction.ts'
import { appsIn, bytesIn, type Manifest, parseManifest, verifyEntries } from './manifest.ts'
import { finishPlacement, isPlacementUnfinished, replaceData } from './placement.ts'
import type { OnProgress } from './progress.ts'

const WORK_NAME = /^restore-[\da-f-]{36}$/

export interface RestoreOptions {
  /** the box's folder; made if it is missing */
  readonly filesDir: string
  /** a tar that `writeBackup` made; neither ended nor destroyed if nothing of it was needed */
  readonly input: Readable
  /** of `input`, if known */
  readonly inputBytes: number | undefined
  /** whether data that is there may be moved aside */
  readonly isForced: boolean
  readonly wallTime: () => number
  readonly signal: AbortSignal
  readonly onProgress: OnProgress
}

/** What was restored. */
export interface RestoreSummary {
  readonly sessions: number
  readonly files: number
  /** hosted apps */
  readonly apps: number
  /** how many files the box listed and did not have when the backup was made */
  readonly missing: number
  /** of the database, the files and the apps */
  readonly bytes: number
  /** when the backup was made; ISO 8601, UTC */
  readonly createdAt: string
  /** the folder of the data that was there before; undefined: there was none */
  readonly oldDataDir: string | undefined
}

/**
 * Puts a backup in place of what is in the box's folder. Everything is unpacked and checked before
 * anything is touched; if it rejects, all is as it was.
 * @throws {BackupError} in words for the person who asked for it
 */
export async function restoreBackup(options: RestoreOptions): Promise<RestoreSummary> {
  // An input may fail before it is read. Reading finds that out; without a listener it would end the process.
  options.input.on('error', () => {})
  const dir = resolve(options.filesDir)
  await mkdir(dir, { recursive: true })
  const unlockBackups = lockBackups(dir)
  try {
    const unlockBox = lockBox(dir)
    try {
      return await restoreLocked(dir, options)
    } finally {
      unlockBox()
    }
  } catch (error) {
    throw explained(error, `make room for all of the backup in ${dir}; nothing was changed`)
  } finally {
    unlockBackups()
  }
}

async function restoreLocked(dir: string, options: RestoreOptions): Promise<RestoreSummary> {
  const finished = finishPlacement(dir)
  await removeLeftovers(dir)
  const hasOldData = await holdsData(dir)
  if (finished && !options.isForced) {
    throw new BackupError(
      `an earlier restore into ${dir} had been cut short, and was finished now: ` +
        'start the box, or repeat this with --force',
    )
  }
  if (hasOldData && !options.isForced) {
    throw new BackupError(
      `there are sessions or files in ${dir} already: ` +
        'with --force they are moved aside, into a folder beside them, or set BOX_FILES_DIR to another folder',
    )
  }
  const workDir = join(dir, `restore-${randomUUID()}`)
  try {
    const { manifest, sessions } = await unpack(workDir, options)
    const asideDir = hasOldData ? oldDataDirIn(dir, options.wallTime()) : join(workDir, 'before')
    await replaceData(dir, workDir, asideDir)
    return {
      sessions,
      files: manifest.files.length,
      apps: appsIn(manifest),
      missing: manifest.missing.length,
      bytes: bytesIn(manifest),
      createdAt: manifest.createdAt,
      oldDataDir: hasOldData ? asideDir : undefined,
    }
  } finally {
    if (!isPlacementUnfinished(dir)) await rm(workDir, { recursive: true, force: true })
  }
}

async function unpack(
  workDir: string,
  { input, inputBytes, signal, onProgress }: RestoreOptions,
): Promise<{ manifest: Manifest; sessions: number }> {
  let doneBytes = 0
  const extracted = await extractBackup(input, workDir, signal, (bytes) => {
    doneBytes += bytes
    onProgress({ step: 'reading the backup', doneBytes, totalBytes: inputBytes })
  })
  const manifest = parseManifest(extracted.manifest, MIGRATIONS.length)
  verifyEntries(manifest, extracted.entries)
  // A box without apps had none: those that are there go, too.
  if (manifest.apps) await mkdir(join(workDir, APPS_NAME), { recursive: true })
  const sessions = checkDatabase(join(workDir, DATABASE_NAME), manifest.schemaVersion)
  signal.throwIfAborted()
  return { manifest, sessions }
}

/** What restores left that were killed: this is the only one at work here. */
async function removeLeftovers(dir: string): Promise<void> {
  const names = (await readdir(dir)).filter((name) => WORK_NAME.test(name))
  for (const name of names) await rm(join(dir, name), { recursive: true })
}

/** Folders alone are no data. */
async function holdsData(dir: string): Promise<boolean> {
  if (existsSync(join(dir, DATABASE_NAME))) return true
  const uploadsDir = join(dir, UPLOADS_NAME)
  if (!existsSync(uploadsDir)) return false
  for await (const entry of await opendir(uploadsDir, { recursive: true })) {
    if (!entry.isDirectory()) return true
  }
  return false
}

function oldDataDirIn(dir: string, wallTime: number): string {
  return join(dir, `before-restore-${new Date(wallTime).toISOString().replaceAll(/[:.]/g, '-')}`)
}
