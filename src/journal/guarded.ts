import { StoreUnavailableError } from '../session/session-store.ts'
import type { Journal } from './journal.ts'

/**
 * A journal that stores and removes nothing while something is amiss with its folder: what is in the
 * folder then is not what the journal knows.
 * @param fault what is amiss, in words; undefined: nothing
 */
export function guarded(journal: Journal, fault: () => string | undefined): Journal {
  const guard = async <T>(work: () => Promise<T>): Promise<T> => {
    const reason = fault()
    if (reason !== undefined) throw new StoreUnavailableError(reason)
    return work()
  }
  return {
    opened: journal.opened,
    commit: (entries) => guard(() => journal.commit(entries)),
    load: (...session) => guard(() => journal.load(...session)),
    recordFile: (file) => guard(() => journal.recordFile(file)),
    keepFile: (path) => guard(() => journal.keepFile(path)),
    collectGarbage: (rules) => guard(() => journal.collectGarbage(rules)),
    takeInventory: () => guard(() => journal.takeInventory()),
    removeSession: (sessionId) => guard(() => journal.removeSession(sessionId)),
    snapshotsOf: (sessionId) => journal.snapshotsOf(sessionId),
    surveyFiles: (rules) => journal.surveyFiles(rules),
    listParked: (query) => journal.listParked(query),
    close: () => journal.close(),
  }
}
