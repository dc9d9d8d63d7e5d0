import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { BackupError } from './backup-error.ts'

const PROGRAM = fileURLToPath(new URL('../../scripts/backup.ts', import.meta.url))
/** What the program says before the reason. */
const PREAMBLE = /^The backup failed: /m
/** More than that of what it says is not read (UTF-16 units). */
const MAX_WORDS = 10_000

/** A backup that a process of its own makes. */
export interface BackgroundBackup {
  readonly tar: Readable
  /** Resolves when the tar has begun. Rejects with a {@link BackupError} if there will be none. */
  readonly begun: Promise<void>
  /** Resolves when the tar is whole. Rejects, likewise, if it will not be. */
  readonly done: Promise<void>
  /** Ends it. May be called twice, and when it is done. */
  stop(): void
}

/**
 * Begins to make a backup of a box that may be in use, beside it: copying a database holds up whoever does it.
 * @param filesDir the box's folder, absolute
 */
export function startBackup(filesDir: string): BackgroundBackup {
  const child = spawn(process.execPath, [PROGRAM, '-'], {
    env: { BOX_FILES_DIR: filesDir },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let words = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    words = (words + text).slice(-MAX_WORDS)
  })
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', (cause) => reject(new BackupError(cause.message, { cause })))
    child.once('close', (code) => {
      if (code === 0) resolve()
      else reject(new BackupError(reasonIn(words)))
    })
  })
  // Who looks at neither is not interested.
  ended.catch(() => {})
  // At its end it is readable, too.
  const begun = once(child.stdout, 'readable').then(() =>
    child.stdout.readableLength > 0 ? undefined : ended,
  )
  begun.catch(() => {})
  return { tar: child.stdout, begun, done: ended, stop: () => void child.kill() }
}

function reasonIn(words: string): string {
  const [, reason = ''] = words.split(PREAMBLE)
  return reason.trim() || 'the backup was stopped'
}
