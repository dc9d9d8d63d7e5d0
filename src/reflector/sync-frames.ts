import { chunkHeader, MAX_FRAME_LENGTH, slice } from '../protocol/chunk.ts'
import { encodeSyncHead, SYNC_TAIL } from '../protocol/encode.ts'
import type { Sync } from '../session/ports.ts'
import { pack } from './frame.ts'

type Run = Sync['runs'][number]

/** What `reflector` says in SYNC. */
const LABEL = 'box'

/** Finished chunks of runs, shared by all joiners; they go when the session drops the run. */
const middleChunks = new WeakMap<Run, Buffer>()
const lastChunks = new WeakMap<Run, Buffer>()

/**
 * The frames of a SYNC, one Buffer to be written after the other: one frame if it is short, else
 * chunks, of which only the first is this joiner's own (SYNC5).
 * @param fileUrl gives the URL under which this joiner reaches a file
 */
export function syncFrames(
  sessionId: string,
  sync: Sync,
  fileUrl: (path: string) => string,
): readonly Buffer[] {
  const head = encodeSyncHead(sessionId, syncArgs(sync, fileUrl))
  const { runs } = sync
  const length = runs.reduce((sum, run) => sum + run.text.length + 1, head.length)
  const last = runs.at(-1)
  if (!last || length + SYNC_TAIL.length <= MAX_FRAME_LENGTH) {
    return [pack([head + runs.map((run) => run.text).join(',') + SYNC_TAIL])]
  }
  return [
    pack([chunkHeader(true, false) + head]),
    ...runs.slice(0, -1).map((run) => cached(middleChunks, run, ',', false)),
    cached(lastChunks, last, SYNC_TAIL, true),
  ]
}

function syncArgs(sync: Sync, fileUrl: (path: string) => string) {
  const { time, seq, timeline, tove, flags, snapshot, persistedPath } = sync
  const common = { time, seq, tove, reflector: LABEL, timeline, flags }
  if (snapshot) {
    const { path, time: snapshotTime, seq: snapshotSeq } = snapshot
    return { url: fileUrl(path), ...common, snapshotTime, snapshotSeq }
  }
  if (persistedPath === undefined) return { url: '', ...common }
  return { url: fileUrl(persistedPath), ...common, persisted: true as const }
}

function cached(chunks: WeakMap<Run, Buffer>, run: Run, end: string, isLast: boolean): Buffer {
  const known = chunks.get(run)
  if (known) return known
  const parts = slice(run.text + end)
  const buffer = pack(
    parts.map((part, index) => chunkHeader(false, isLast && index === parts.length - 1) + part),
  )
  chunks.set(run, buffer)
  return buffer
}
