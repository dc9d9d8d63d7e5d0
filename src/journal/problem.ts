import type { GarbageReport } from './garbage.ts'
import type { InventoryReport } from './inventory.ts'

/** What the journal met and lived with, for whoever keeps the log. */
export type JournalProblem =
  /** a snapshot's or saved data's file is gone; what was stored before it is used */
  | { readonly kind: 'file missing'; readonly sessionId: string; readonly path: string }
  /** likewise, but the file is there and has another length than when it was stored */
  | { readonly kind: 'file damaged'; readonly sessionId: string; readonly path: string }
  /** an upload that is to be used again has another length than when it was stored: it is in quarantine */
  | { readonly kind: 'upload damaged'; readonly path: string }
  /** messages that somebody may have seen are gone: the session cannot go on where it was */
  | { readonly kind: 'session lost'; readonly sessionId: string; readonly reason: string }
  /** the database will never take what a session did: it goes back to what is stored, in another timeline */
  | { readonly kind: 'session refused'; readonly sessionId: string; readonly reason: string }
  /** messages nobody needs could not be deleted, or the write-ahead log not be moved; tried again later */
  | { readonly kind: 'upkeep failed'; readonly reason: string }
  /** the database is older than what clients saw: all sessions have another timeline (SYNC10) */
  | { readonly kind: 'timelines renewed'; readonly reason: string }
  /** the watermark could not be written: an older database would not be found out */
  | { readonly kind: 'watermark failed'; readonly reason: string }
  /** it failed, or the box was stopped in the middle of it: this was done until then */
  | { readonly kind: 'garbage cut short'; readonly report: GarbageReport }
  | { readonly kind: 'inventory cut short'; readonly report: InventoryReport }
  /** a file that nobody needs could not be deleted: it is tried again at the next start */
  | { readonly kind: 'trash not emptied'; readonly reason: string }
