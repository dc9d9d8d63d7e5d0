/**
 * SQL: whether anybody refers to a file, be it a snapshot, saved data, or a session that started from it.
 * @param path SQL for the file's path
 */
export function isReferenced(path: string): string {
  return `(EXISTS (SELECT 1 FROM snapshots WHERE path = ${path})
    OR EXISTS (SELECT 1 FROM saved WHERE path = ${path})
    OR EXISTS (SELECT 1 FROM sessions WHERE persisted_path = ${path}))`
}
