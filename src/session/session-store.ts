import type { JournalEntry, StoredStart } from './record.ts'

/**
 * Nothing was stored, for a reason that may pass, such as a full disk: the same may be asked again.
 * The message completes "the box cannot store anything: …".
 */
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError'
}

/**
 * Nothing was stored, and nothing ever will be together with what these sessions did: each has an error that
 * stays. The rest may be asked again without them.
 */
export class SessionsRefusedError extends Error {
  /** why, by the id of the session */
  readonly refused: RefusedSessions

  constructor(refused: RefusedSessions) {
    const [[sessionId, cause] = []] = refused
    super(`what session ${sessionId} did cannot be stored: ${cause?.message}`, { cause })
    this.refused = refused
  }
}

/** Why what a session did cannot be stored, by its id. */
export type RefusedSessions = ReadonlyMap<string, Error>

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
   * {@link StoreUnavailableError} if it may work later, with a {@link SessionsRefusedError} if it will without
   * some of them, and with another error if it never will. A session that was refused has to be loaded again.
   */
  commit(entries: readonly JournalEntry[]): Promise<void>
}
