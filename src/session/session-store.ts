import type { JournalEntry, StoredStart } from './record.ts'

/** Where sessions are kept while nobody runs them, and where a message is safe before anyone sees it. */
export interface SessionStore {
  /** What is known of a session, and of the data saved for its app. Rejects if the store cannot be read. */
  load(
    sessionId: string,
    appId: string | undefined,
    persistentId: string | undefined,
  ): Promise<StoredStart>

  /**
   * Commits all entries in one transaction; resolves once they are committed.
   * Commits resolve in the order they were asked for. Rejects if they could not be stored.
   */
  commit(entries: readonly JournalEntry[]): Promise<void>
}
