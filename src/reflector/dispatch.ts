import { CLOSE_CODE } from '../protocol/close-code.ts'
import { encodePong } from '../protocol/encode.ts'
import type { ClientMessage, Json, Save, Snap } from '../protocol/messages.ts'
import type { Session } from '../session/session.ts'
import type { Connection } from './connection.ts'
import { logFields, loggable } from './connection-log.ts'
import { encodeFrames } from './frame.ts'
import type { Notices } from './notices.ts'
import type {
  AnnouncedFile,
  Clock,
  FileDirectory,
  Log,
  ReflectorMetrics,
  Witness,
} from './ports.ts'
import type { SessionHost } from './session-host.ts'
import { visitorOf } from './visitor.ts'

export interface DispatchParts {
  readonly clock: Clock
  readonly log: Log
  readonly metrics: ReflectorMetrics
  readonly files: FileDirectory
  readonly witness: Witness
  readonly notices: Pick<Notices, 'seen'>
}

/** What a member's message does to its session; JOIN is not among them. */
export type MemberMessage = Exclude<ClientMessage, { action: 'JOIN' | PlainAction }>
/** What needs no session. */
export type PlainMessage = Extract<ClientMessage, { action: PlainAction }>
type PlainAction = 'PING' | 'PULSE' | 'LOG' | 'SEEN' | 'unknown'

export function isPlain(message: ClientMessage): message is PlainMessage {
  return ['PING', 'PULSE', 'LOG', 'SEEN', 'unknown'].includes(message.action)
}

/** What leaves a line in the log, or looks at the disk, is charged as so many messages. */
const DEAR = 25

/** How many messages it is charged as. */
export function costOf({ action }: ClientMessage): number {
  switch (action) {
    case 'SEND':
    case 'TUTTI':
    case 'TICKS':
    case 'PING':
    case 'PULSE':
    case 'SEEN':
      return 1
    default:
      return DEAR
  }
}

/** Whether it sent too much: what still comes of that, which was read already, leaves no more lines in the log (LIMIT1). */
function isOverdrawn({ messagesLeft, bytesLeft }: Connection): boolean {
  return messagesLeft < 0 || bytesLeft < 0
}

/** Handles what works before and after JOIN alike. */
export function handlePlain(
  message: PlainMessage,
  connection: Connection,
  session: Session<Connection> | undefined,
  { clock, log, notices }: DispatchParts,
): void {
  switch (message.action) {
    case 'PING': {
      if (connection.isBehind) return
      const args = withRawTime(message.args, session?.rawTime(clock.now()))
      connection.write(encodeFrames([encodePong(args)]), 1)
      return
    }
    case 'PULSE':
      return
    case 'SEEN':
      notices.seen(connection, message.notice)
      return
    case 'LOG': {
      if (isOverdrawn(connection)) return
      const clientLog = loggable(message.text, message.text.length)
      const reason = loggable(message.text.replace(/ .*/s, ''))
      const fields = { ...logFields(connection, 'client-log'), reason, clientLog }
      log.info(fields, 'client log')
      return
    }
    case 'unknown':
      if (isOverdrawn(connection)) return
      log.warn(
        { ...logFields(connection, 'unknown-action'), action: loggable(message.name) },
        'unknown action',
      )
      return
    default:
      message satisfies never
  }
}

/** Handles a message from a member of a running session. */
export function handleMember(
  message: MemberMessage,
  connection: Connection,
  host: SessionHost,
  session: Session<Connection>,
  parts: DispatchParts,
): void {
  const now = parts.clock.now()
  switch (message.action) {
    case 'SEND':
      session.send(message, now)
      if (message.latency !== undefined) {
        connection.latencyMs = message.latency
        parts.metrics.latency(message.latency)
      }
      return
    case 'TUTTI':
      session.vote(message, now)
      parts.witness.voted(host.sessionId, visitorOf(connection), message)
      return
    case 'TICKS':
      session.setTicks(message, now)
      return
    case 'SNAP':
      host.inOrder(() => handleSnap(message, connection, host, parts))
      return
    case 'SAVE':
      host.inOrder(() => handleSave(message, connection, host, session, parts))
      return
    default:
      message satisfies never
  }
}

/** What a viewer may not do (ROLE2): its client cannot know, so that nothing is said to it. */
export function dropOfViewer(
  { action }: MemberMessage,
  connection: Connection,
  { log, metrics }: DispatchParts,
): void {
  metrics.viewerMessageDropped()
  if (connection.hasSpoken) return
  connection.hasSpoken = true
  log.info({ ...logFields(connection, 'viewer'), action }, 'what a viewer sends is dropped')
}

async function handleSnap(
  snap: Snap,
  connection: Connection,
  host: SessionHost,
  { clock, log, files, witness }: DispatchParts,
): Promise<void> {
  const fields = { ...logFields(connection, 'snapshot'), teatime: snap.time, seq: snap.seq }
  if (snap.dissident) {
    log.debug({ ...fields, hash: snap.hash }, 'dissident snapshot')
    return
  }
  const file = files.identify(snap.url)
  const isOurs = file?.kind === 'snapshot' && file.sessionId === host.sessionId && isOf(snap, file)
  if (!isOurs || !(await files.exists(file.path))) {
    const url = loggable(snap.url)
    log.warn({ ...fields, url }, 'snapshot refused: its URL is no such file of this session')
    return
  }
  const refusal = host.runningSession?.takeSnapshot(snap, file.path, clock.now()) ?? 'parked'
  if (refusal !== 'taken') log.debug({ ...fields, refusal }, 'snapshot not taken')
  else {
    log.debug({ ...fields, path: file.path }, 'snapshot taken')
    witness.snapshotTaken(host.sessionId, snap.time)
  }
}

/** Whether the file is the snapshot that SNAP says it is (SNAP5). */
function isOf({ time, seq, hash }: Snap, file: AnnouncedFile & { kind: 'snapshot' }): boolean {
  return Math.ceil(time) === file.time && seq === file.seq && hash === file.hash
}

async function handleSave(
  save: Save,
  connection: Connection,
  host: SessionHost,
  session: Session<Connection>,
  { log, files }: DispatchParts,
): Promise<void> {
  const fields = logFields(connection, 'persist')
  const { appId, persistentId, isAppUnknown } = session.about
  if (isAppUnknown) {
    log.warn(fields, 'persistent data refused: nobody joined yet who may say which app this is')
    return
  }
  if (!appId || !persistentId) {
    connection.close(CLOSE_CODE.badAppId, 'bad appId: SAVE needs an appId and a persistentId')
    return
  }
  if (save.dissident) {
    log.debug(fields, 'dissident persistent data')
    return
  }
  const file = files.identify(save.url)
  const isOurs =
    file?.kind === 'persisted' && file.appId === appId && file.persistentId === persistentId
  if (!isOurs || !(await files.exists(file.path))) {
    const url = loggable(save.url)
    log.warn({ ...fields, url }, 'persistent data refused: its URL is no file of this app')
    return
  }
  host.save({ appId, persistentId, path: file.path })
  log.debug({ ...fields, path: file.path }, 'persistent data saved')
}

function withRawTime(args: Json | undefined, rawTime: number | undefined): Json | undefined {
  if (rawTime === undefined || typeof args !== 'object' || args === null || Array.isArray(args)) {
    return args
  }
  return { ...args, rawTime }
}
