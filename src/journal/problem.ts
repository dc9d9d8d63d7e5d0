/** What the journal met and lived with, for whoever keeps the log. */
export type JournalProblem =
  /** a snapshot's or saved data's file is gone; what was stored before it is used */
  | { readonly kind: 'file missing'; readonly sessionId: string; readonly path: string }
  /** messages that somebody may have seen are gone: the session cannot go on where it was */
  | { readonly kind: 'session lost'; readonly sessionId: string; readonly reason: string }
  /** messages nobody needs could not be deleted, or the write-ahead log not be moved; tried again later */
  | { readonly kind: 'upkeep failed'; readonly reason: string }
