import { chunkHeader, MAX_FRAME_LENGTH, slice } from '../protocol/chunk.ts'
import { encodeSyncHead, SYNC_TAIL } from '../protocol/encode.ts'
import type { Sync } from '../session/ports.ts'
import { pack, packPieces } from './frame.ts'

type Run = Sync['runs'][number]

/** What `reflector` says in SYNC. */
const LABEL = 'box'

/** From this length on (UTF-16 units) all joiners share one frame with the messages. */
const SHARED_LENGTH = 65_536

/** Finished frames of runs, shared by all joiners; they go when the session drops the run. */
const middleChunks = new WeakMap<Run, Buffer>()
const lastChunks = new WeakMap<Run, Buffer>()
const bodies = new WeakMap<Run, { readonly first: Run; readonly body: Buffer }>()

/**
 * The frames of a SYNC, one Buffer to be written after the other. Only the first is this joiner's own,
 * unless the SYNC is short: a longer one has its messages in a frame that continues the first, one of
 * over a million units in chunks (SYNC5).
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
  const [first, last] = [runs[0], runs.at(-1)]
  if (!first || !last || length < SHARED_LENGTH) return [pack([head + textOf(runs) + SYNC_TAIL])]
  if (length + SYNC_TAIL.length <= MAX_FRAME_LENGTH) {
    return [pack([head], 'first'), sharedBody(runs, first, last)]
  }
  return [
    pack([chunkHeader(true, false) + head]),
    ...runs.slice(0, -1).map((run) => chunked(middleChunks, run, ',', false)),
    chunked(lastChunks, last, SYNC_TAIL, true),
  ]
}

function textOf(runs: readonly Run[]): string {
  return runs.map((run) => run.text).join(',')
}

function sharedBody(runs: readonly Run[], first: Run, last: Run): Buffer {
  const known = bodies.get(last)
  if (known?.first === first) return known.body
  const body = pack([textOf(runs) + SYNC_TAIL], 'last')
  bodies.set(last, { first, body })
  return body
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

function chunked(chunks: WeakMap<Run, Buffer>, run: Run, end: string, isLast: boolean): Buffer {
  const known = chunks.get(run)
  if (known) return known
  const buffer =
    run.text.length + end.length <= MAX_FRAME_LENGTH
      ? packPieces([chunkHeader(false, isLast), run.text, end])
      : pack(slicesOf(run.text + end, isLast))
  chunks.set(run, buffer)
  return buffer
}

function slicesOf(text: string, isLast: boolean): string[] {
  const parts = slice(text)
  return parts.map((part, index) => chunkHeader(false, isLast && index === parts.length - 1) + part)
}
