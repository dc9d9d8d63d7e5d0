import type { Journal } from './journal.ts'

/**
 * The journal of a box that keeps no session: everything else goes to the one beneath. For measuring
 * what keeping them costs.
 */
export function forgetful(journal: Journal): Journal {
  return {
    opened: journal.opened,
    commit: async () => {},
    load: async () => ({ session: undefined, persistedPath: undefined }),
    recordFile: (file) => journal.recordFile(file),
    keepFile: (path) => journal.keepFile(path),
    collectGarbage: (rules) => journal.collectGarbage(rules),
    takeInventory: () => journal.takeInventory(),
    removeSession: (sessionId) => journal.removeSession(sessionId),
    snapshotsOf: (sessionId) => journal.snapshotsOf(sessionId),
    surveyFiles: (rules) => journal.surveyFiles(rules),
    listParked: (query) => journal.listParked(query),
    close: () => journal.close(),
  }
}
