import type { JournalEntry, StoredStart } from './record.ts'

/**
 * Nothing was stored, for a reason that may pass, such as a full disk: the same may be asked again.
 * The message completes "the box cannot store anything: …".
 */
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError'
}

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
   * Commits resolve in the order they were asked for. Rejects, with nothing of it stored, with a
   * {@link StoreUnavailableError} if it may work later, and with another error if it never will.
   */
  commit(entries: readonly JournalEntry[]): Promise<void>
}
