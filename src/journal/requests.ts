import type { FileRecord } from '../db/files.ts'
import type { StoredSnapshot } from '../db/snapshots.ts'
import type { MessageRun } from '../session/record.ts'
import type { CommitPayload } from './commit-payload.ts'
import type { FileSurvey } from './file-survey.ts'
import type { GarbageReport, GarbageRules } from './garbage.ts'
import type { InventoryReport } from './inventory.ts'
import type { ParkedPage, ParkedQuery } from './parked-sessions.ts'
import type { JournalProblem } from './problem.ts'
import type { Restored, RestoreRequest } from './restore.ts'
import type { RefusedSession } from './salvage.ts'
import type { DatabaseMark } from './watermark.ts'

/** To the journal's thread. `close` comes last; its answer is the thread's end. */
export type Request =
  | {
      readonly kind: 'commit'
      readonly id: number
      readonly payload: CommitPayload
      /** number of the newest commit that it is of */
      readonly through: number
    }
  | { readonly kind: 'record file'; readonly id: number; readonly file: FileRecord }
  | { readonly kind: 'keep file'; readonly id: number; readonly path: string }
  | { readonly kind: 'load'; readonly id: number; readonly request: RestoreRequest }
  | { readonly kind: 'collect garbage'; readonly id: number; readonly rules: GarbageRules }
  | { readonly kind: 'take inventory'; readonly id: number }
  | { readonly kind: 'remove session'; readonly id: number; readonly sessionId: string }
  | { readonly kind: 'list snapshots'; readonly id: number; readonly sessionId: string }
  | { readonly kind: 'survey files'; readonly id: number; readonly rules: GarbageRules }
  | { readonly kind: 'list parked'; readonly id: number; readonly query: ParkedQuery }
  | { readonly kind: 'close'; readonly isLogNeeded: boolean }

/** The answer to the request of that id. A load has any number of runs before it is `loaded`. */
export type Answer =
  | { readonly kind: 'done'; readonly id: number }
  | { readonly kind: 'committed'; readonly id: number; readonly refused: readonly RefusedSession[] }
  | { readonly kind: 'run'; readonly id: number; readonly run: MessageRun }
  | { readonly kind: 'loaded'; readonly id: number; readonly restored: Restored }
  | { readonly kind: 'garbage'; readonly id: number; readonly report: GarbageReport }
  | { readonly kind: 'inventory'; readonly id: number; readonly report: InventoryReport }
  | { readonly kind: 'removed'; readonly id: number; readonly isRemoved: boolean }
  | {
      readonly kind: 'snapshots'
      readonly id: number
      readonly snapshots: readonly StoredSnapshot[]
    }
  | { readonly kind: 'survey'; readonly id: number; readonly survey: FileSurvey }
  | { readonly kind: 'parked'; readonly id: number; readonly page: ParkedPage }
  | {
      readonly kind: 'failed'
      readonly id: number
      readonly reason: string
      /** the same may work later */
      readonly isPassing: boolean
    }

/** From the journal's thread. `opened` comes first. */
export type Reply =
  | Answer
  | { readonly kind: 'opened'; readonly mark: DatabaseMark }
  | { readonly kind: 'problem'; readonly problem: JournalProblem }
