import { join } from 'node:path'
import { lockFolder } from '../db/folder-lock.ts'
import type { LogPaths } from '../journal/commit-log.ts'
import { BackupError } from './backup-error.ts'

/** The database's name, in the box's folder and in a backup. */
export const DATABASE_NAME = 'box.sqlite'
/** How far the sessions had come: of this folder alone, so never in a backup. */
export const WATERMARK_NAME = 'box.watermark'
/** Where commits are until they are in the database. */
const COMMIT_LOG_NAMES = ['box.commits-a', 'box.commits-b'] as const
/** Where uploads are, in the box's folder and in a backup. */
export const UPLOADS_NAME = 'uploads'
/** Where the hosted apps are, in the box's folder and in a backup. */
export const APPS_NAME = 'apps'
/** Where the key, the admin password, the API tokens and the invites are, in the box's folder and in a backup. */
export const ACCESS_NAME = 'access'
/** Where the box's certificate authority is, in the box's folder and in a backup: devices trust a restored box as they did. */
export const AUTHORITY_NAME = 'ca'
/** Folders of what the box knows for itself, and what of each is kept: neither what was set aside there, nor who is logged in. */
export const OWN_FILES = {
  [ACCESS_NAME]: ['key', 'admin.json', 'invites.json', 'tokens.json'],
  [AUTHORITY_NAME]: ['authority.pem', 'hosts.json'],
} as const satisfies Record<string, readonly string[]>
export type OwnFolder = keyof typeof OWN_FILES
export const OWN_FOLDERS = Object.keys(OWN_FILES) as readonly OwnFolder[]
/**
 * All that belongs to a box's data, in the order in which to take it away: the database first, since a
 * database without its log or its uploads looks like one.
 */
export const DATA_NAMES: readonly string[] = [
  DATABASE_NAME,
  `${DATABASE_NAME}-wal`,
  `${DATABASE_NAME}-shm`,
  `${DATABASE_NAME}-journal`,
  ...COMMIT_LOG_NAMES,
  WATERMARK_NAME,
  UPLOADS_NAME,
]

/** @param dir the box's folder */
export function commitLogPaths(dir: string): LogPaths {
  const [one, other] = COMMIT_LOG_NAMES
  return [join(dir, one), join(dir, other)]
}

/**
 * Keeps boxes out of the folder; see `lockFolder`.
 * @throws {Error} if one runs there
 */
export function lockBox(dir: string): () => void {
  return lockFolder(join(dir, 'box.lock'))
}

/**
 * Keeps other backups and restores out of the folder, so that what one of them left there can be removed.
 * @throws {BackupError} if one is at work there
 */
export function lockBackups(dir: string): () => void {
  try {
    return lockFolder(join(dir, 'backup.lock'))
  } catch (cause) {
    const isBusy = ((cause as Error).cause as { code?: string } | undefined)?.code === 'SQLITE_BUSY'
    const reason = isBusy
      ? `another backup or restore is at work in ${dir}: wait until it is done`
      : `${dir} cannot be written to (${(cause as Error).message}): use the user that runs the box`
    throw new BackupError(reason, { cause })
  }
}
