import { announcedIn } from '../db/announced.ts'
import { type Database, openReader } from '../db/database.ts'
import { filesIn } from '../db/files.ts'
import { fileIndexIn } from '../db/inventory.ts'
import { messagesIn } from '../db/messages.ts'
import { savedIn } from '../db/saved.ts'
import { sessionsIn } from '../db/sessions.ts'
import { snapshotsIn } from '../db/snapshots.ts'
import type { MessageRun } from '../session/record.ts'
import type { ArchiveOptions } from './options.ts'
import { type Restored, type RestoreRequest, restore } from './restore.ts'

type Steps = Generator<MessageRun | undefined, Restored>

/** Reads sessions step by step, each as it was committed when its first step was taken. */
export interface Restorer {
  restore(request: RestoreRequest): Steps
  close(): void
}

/**
 * With a write-ahead log it reads on a connection of its own while `db` commits. With a rollback journal
 * that would keep commits waiting: all is read at once there.
 */
export function openRestorer(db: Database, options: ArchiveOptions): Restorer {
  const { databasePath, journalMode, keptSnapshots, uploadsDir, onProblem, wallTime } = options
  const isAppending = journalMode === 'wal'
  const reader = isAppending ? openReader(databasePath) : db
  const { touch } = filesIn(db)
  const source = {
    sessions: sessionsIn(reader),
    announced: announcedIn(reader),
    messages: messagesIn(reader),
    snapshots: snapshotsIn(reader),
    keptSnapshots,
    saved: savedIn(reader),
    bytesOf: fileIndexIn(reader).bytesOf,
    uploadsDir,
    onProblem,
  }
  return {
    *restore(request) {
      const steps = restore(source, request)
      const restored = yield* isAppending ? atOneMoment(reader, steps) : atOnce(steps)
      // The new session refers to it a moment later: until then it must not pass for garbage.
      const { session, persistedPath } = restored
      if (!session && persistedPath !== undefined) touch(persistedPath, wallTime())
      return restored
    },
    close: () => {
      if (isAppending) reader.close()
    },
  }
}

function* atOneMoment(reader: Database, steps: Steps): Steps {
  reader.exec('BEGIN')
  try {
    return yield* steps
  } finally {
    // After an error of the disk there is none any more.
    if (reader.inTransaction) reader.exec('COMMIT')
  }
}

function* atOnce(steps: Steps): Steps {
  const runs: MessageRun[] = []
  let step = steps.next()
  while (!step.done) {
    if (step.value) runs.push(step.value)
    step = steps.next()
  }
  yield* runs
  return step.value
}
