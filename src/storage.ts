import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Config } from './config.ts'
import { lockFolder } from './db/folder-lock.ts'
import { createFileStore, type FileStore } from './files/file-store.ts'
import { UploadError } from './files/upload-error.ts'
import { type DatabaseCheck, startDatabaseCheck } from './journal/database-check.ts'
import { forgetful } from './journal/forgetful.ts'
import { type Journal, openJournal } from './journal/journal.ts'
import type { JournalProblem } from './journal/problem.ts'
import { StoreUnavailableError } from './session/session-store.ts'
import { bootId } from './system/boot.ts'
import type { BoxLog } from './system/log.ts'
import { volumeOf } from './system/volume.ts'
import { logFindings } from './upkeep.ts'

/** How long a start may wait for a check of the database (ms). */
const CHECK_LIMIT_MS = 2000

/** What lies on the box's volume. */
export interface Storage {
  readonly files: FileStore
  readonly journal: Journal
  /** Starts to read the whole database; undefined where that would hold up the box. */
  readonly checkDatabase: (() => DatabaseCheck) | undefined
  /** Resolves when everything asked for is done and the folder is free for another box. */
  close(): Promise<void>
}

/**
 * Opens the box's folder, made if it is missing.
 * @param onFailure nothing can be stored any more
 * @throws {Error} with a sentence for the person who starts the box
 */
export async function openStorage(
  config: Config,
  log: BoxLog,
  onFailure: (error: unknown) => void,
): Promise<Storage> {
  const dir = resolve(config.filesDir)
  await makeFolder(dir)
  const unlock = lockFolder(join(dir, 'box.lock'))
  try {
    const folder = await openFolder(dir, config, log, onFailure)
    return { ...folder, close: () => folder.journal.close().finally(unlock) }
  } catch (error) {
    unlock()
    throw error
  }
}

async function makeFolder(dir: string): Promise<void> {
  try {
    await mkdir(dir, { recursive: true })
  } catch (cause) {
    const reason = (cause as Error).message
    throw new Error(`${dir} is no folder (${reason}): set BOX_FILES_DIR to one`, { cause })
  }
}

async function openFolder(
  dir: string,
  config: Config,
  log: BoxLog,
  onFailure: (error: unknown) => void,
): Promise<Omit<Storage, 'close'>> {
  let journal: Journal | undefined
  const files = createFileStore({
    dir,
    maxBytes: config.maxUploadBytes,
    onStored: async (file) => {
      await journal?.recordFile(file).catch(refuseUpload)
    },
  })
  await files.open()
  const { durability, keptSnapshots } = config
  const databasePath = join(dir, 'box.sqlite')
  const journalMode = journalModeOn(dir, log)
  if (journalMode === 'rollback') await checkBriefly(databasePath, log)
  const opened = await openJournal({
    databasePath,
    watermarkPath: join(dir, 'box.watermark'),
    uploadsDir: files.uploadsDir,
    trashDir: files.trashDir,
    quarantineDir: join(dir, 'quarantine'),
    durability: durability === 'power' ? 'power' : 'process',
    journalMode,
    keptSnapshots,
    bootId: bootId(),
    onProblem: (problem) => logProblem(log, problem),
    onFailure,
  })
  journal = durability === 'none' ? forgetful(opened) : opened
  const checkDatabase = () => startDatabaseCheck(databasePath)
  return { files, journal, checkDatabase: journalMode === 'wal' ? checkDatabase : undefined }
}

/** Where locks and shared memory cannot be trusted, a slower journal keeps the database whole. */
function journalModeOn(dir: string, log: BoxLog): 'wal' | 'rollback' {
  const { isLocal, name } = volumeOf(dir)
  if (isLocal) return 'wal'
  const fields = { scope: 'process', event: 'slow-volume', dir, volume: name }
  log.warn(
    fields,
    'the folder is not on a local disk: storing is slower there; a local one is better',
  )
  return 'rollback'
}

/** Here commits would have to wait for the check: it is done before the first, for as long as people wait. */
async function checkBriefly(databasePath: string, log: BoxLog): Promise<void> {
  if (!existsSync(databasePath)) return
  const check = startDatabaseCheck(databasePath)
  const limit = setTimeout(() => void check.stop(), CHECK_LIMIT_MS)
  const findings = await check.findings.finally(() => clearTimeout(limit))
  if (findings) logFindings(log, findings)
  else
    log.info(
      { scope: 'process', event: 'check-cut-short' },
      'the database was not checked to its end',
    )
}

function logProblem(log: BoxLog, { kind, ...data }: JournalProblem): void {
  const event = kind.replaceAll(' ', '-')
  log.error({ scope: 'process', event, ...data }, `stored data: ${kind}`)
}

function refuseUpload(cause: unknown): never {
  if (!(cause instanceof StoreUnavailableError)) throw cause
  throw new UploadError(503, `the box cannot store anything: ${cause.message}`, { cause })
}
