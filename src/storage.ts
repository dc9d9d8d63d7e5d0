import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { AppStore } from './apps/releases/app-store.ts'
import {
  APPS_NAME,
  commitLogPaths,
  DATABASE_NAME,
  lockBox,
  UPLOADS_NAME,
  WATERMARK_NAME,
} from './backup/box-folder.ts'
import { finishPlacement } from './backup/placement.ts'
import type { Config } from './config.ts'
import { createFileStore, type FileStore } from './files/file-store.ts'
import { UploadError } from './files/upload-error.ts'
import { UploadRoom } from './files/upload-room.ts'
import { type DatabaseCheck, startDatabaseCheck } from './journal/database-check.ts'
import { forgetful } from './journal/forgetful.ts'
import { guarded } from './journal/guarded.ts'
import { type Journal, type JournalOptions, startJournal } from './journal/journal.ts'
import { StoreUnavailableError } from './session/session-store.ts'
import { logFindings, logFinishedRestore, logFolderChange, logProblem } from './storage-log.ts'
import { bootId } from './system/boot.ts'
import { FolderWatch } from './system/folder-watch.ts'
import type { BoxLog } from './system/log.ts'
import { programVersion } from './system/program-version.ts'
import { useOf, volumeOf } from './system/volume.ts'
import { refuseWhileAmiss, watchedFiles } from './watched-files.ts'

/** How long a start may wait for a check of the database (ms). */
const CHECK_LIMIT_MS = 2000
/** Uploads leave so much for the journal: a busy day of messages. */
const JOURNAL_RESERVE_BYTES = 64_000_000

/** What lies on the box's volume. */
export interface Storage {
  readonly files: FileStore
  /** opened by whoever serves them: web sockets need none */
  readonly apps: AppStore
  /** what uploads and apps may take of the volume */
  readonly room: UploadRoom
  readonly journal: Journal
  /** Rejects if something cannot be used, with a sentence for the person who starts the box. */
  readonly opened: Promise<void>
  /** Starts to read the whole database; undefined where that would hold up the box. */
  readonly checkDatabase: (() => DatabaseCheck) | undefined
  /** What is amiss with the folder, in words, while nothing is stored for that; undefined: nothing. */
  fault(): string | undefined
  /** From now on what is committed goes to the files that are open, whatever became of the folder. */
  stopWatching(): void
  /** Resolves when everything asked for is done and the folder is free for another box. */
  close(): Promise<void>
}

/**
 * Begins to open the box's folder, made if it is missing.
 * @param onFailure nothing can be stored any more
 * @throws {Error} with a sentence for the person who starts the box
 */
export function openStorage(
  config: Config,
  log: BoxLog,
  onFailure: (error: unknown) => void,
): Storage {
  const dir = resolve(config.filesDir)
  makeFolder(dir)
  const unlock = lockBox(dir)
  try {
    logFinishedRestore(log, finishPlacement(dir))
  } catch (error) {
    unlock()
    throw error
  }
  const databasePath = join(dir, DATABASE_NAME)
  const journalMode = journalModeOn(dir, log)
  const watch = watchOver(dir, journalMode, log)
  const started = startJournalIn(dir, { ...config, databasePath, journalMode, log, onFailure })
  const journal = guarded(started, () => watch.fault)
  const room = roomIn(dir, config.maxVolumePercent)
  const ports = config.appOrigins.kind === 'ports' ? config.appOrigins.ports : undefined
  const apps = new AppStore({ dir: join(dir, APPS_NAME), wallTime: Date.now, ports, log })
  const files = createFileStore({
    dir,
    maxBytes: config.maxUploadBytes,
    room,
    onStored: async (file, status) => {
      // It may have been unmounted since the upload began.
      await refuseWhileAmiss(watch)
      const noted = status === 'stored' ? journal.recordFile(file) : journal.keepFile(file.path)
      await noted.catch(refuseUpload)
    },
  })
  const isAppending = journalMode === 'wal'
  const checkDatabase = () => startDatabaseCheck(databasePath)
  const opened = openAll([journal.opened, files.open()], async () => {
    if (!isAppending) await checkBriefly(checkDatabase(), log)
    await watch.start()
  })
  // Who opens the box may look later than it fails.
  opened.catch(() => {})
  return {
    ...{ apps, room, journal },
    files: watchedFiles(files, watch),
    fault: () => watch.fault,
    stopWatching: () => watch.stop(),
    opened,
    checkDatabase: isAppending ? checkDatabase : undefined,
    close: async () => {
      watch.stop()
      await apps.close().finally(() => journal.close().finally(unlock))
    },
  }
}

async function openAll(
  parts: readonly Promise<void>[],
  finish: () => Promise<void>,
): Promise<void> {
  await Promise.all(parts)
  await finish()
}

function makeFolder(dir: string): void {
  try {
    mkdirSync(dir, { recursive: true })
  } catch (cause) {
    const reason = (cause as Error).message
    throw new Error(`${dir} is no folder (${reason}): set BOX_FILES_DIR to one`, { cause })
  }
}

/** Inode numbers of file systems that are another machine's may change by themselves. */
function watchOver(dir: string, journalMode: 'wal' | 'rollback', log: BoxLog): FolderWatch {
  return new FolderWatch({
    dir,
    names: [DATABASE_NAME, ...commitLogPaths('.'), UPLOADS_NAME],
    hasNumbers: journalMode === 'wal',
    onChange: (fault) => logFolderChange(log, dir, fault),
  })
}

function roomIn(dir: string, mostPercent: number): UploadRoom {
  const rules = { mostPercent, reserveBytes: JOURNAL_RESERVE_BYTES }
  return new UploadRoom(
    () => useOf(dir),
    rules,
    () => performance.now(),
  )
}

function startJournalIn(
  dir: string,
  parts: Pick<Config, 'durability' | 'keptSnapshots'> &
    Pick<JournalOptions, 'databasePath' | 'journalMode'> & {
      readonly log: BoxLog
      readonly onFailure: (error: unknown) => void
    },
): Journal {
  const { databasePath, durability, keptSnapshots, journalMode, log, onFailure } = parts
  const journal = startJournal({
    databasePath,
    watermarkPath: join(dir, WATERMARK_NAME),
    logPaths: commitLogPaths(dir),
    uploadsDir: join(dir, 'uploads'),
    trashDir: join(dir, 'trash'),
    quarantineDir: join(dir, 'quarantine'),
    durability: durability === 'power' ? 'power' : 'process',
    journalMode,
    keptSnapshots,
    bootId: bootId(),
    programVersion: programVersion(),
    onProblem: (problem) => logProblem(log, problem),
    onFailure,
  })
  return durability === 'none' ? forgetful(journal) : journal
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

/** Where commits would have to wait for the check, it is done before the first, as far as it gets. */
async function checkBriefly(check: DatabaseCheck, log: BoxLog): Promise<void> {
  const limit = setTimeout(() => void check.stop(), CHECK_LIMIT_MS)
  const findings = await check.findings.finally(() => clearTimeout(limit))
  if (findings) logFindings(log, findings)
  else {
    const fields = { scope: 'process', event: 'check-cut-short' }
    log.info(fields, 'the database was not checked to its end')
  }
}

function refuseUpload(cause: unknown): never {
  if (!(cause instanceof StoreUnavailableError)) throw cause
  throw new UploadError(503, `the box cannot store anything: ${cause.message}`, { cause })
}
