import type { Duplex } from 'node:stream'
import { WebSocket } from 'ws'
import { CLOSE_CODE, type CloseCode } from '../protocol/close-code.ts'
import type { ClientMessage, Json } from '../protocol/messages.ts'
import type { Sync } from '../session/ports.ts'
import { HOLD, type Hold } from './intake.ts'
import type { ReflectorLimits } from './limits.ts'
import type { Receiver } from './outbox.ts'
import { isWatching, saysWhichApp } from './pass.ts'
import type { Clock, Pass, Program } from './ports.ts'
import type { Reader } from './read-turns.ts'
import { syncFrames } from './sync-frames.ts'
import type { Payer } from './throttle.ts'
import type { WritePump, WriteStream } from './write-pump.ts'

/** A client for which more than this waits is behind (bytes). */
const BEHIND_BYTES = 1_000_000
/** Its web-socket pings are not answered from here on (bytes, LIMIT8): no browser sends any. */
const MAX_PONG_BACKLOG_BYTES = 100_000
/** What a web-socket frame has before its payload, at most (bytes, RFC 6455, 5.2). */
const MAX_FRAME_HEADER_BYTES = 14
/** A closed socket whose other end does not answer is cut after this (ms). */
const CLOSE_TIMEOUT_MS = 3000

/** Where a connection came from, and by which name its client reaches the box. */
export interface ConnectionOrigin {
  /** `ip:port.start`, the name of the connection in the log */
  readonly connection: string
  readonly userIp: string
  /** the address, or network, by which it is counted; undefined: it is not (LIMIT10) */
  readonly account: string | undefined
  readonly sessionId: string
  /** scheme, host and path prefix by which the client reaches the box, without a trailing slash */
  readonly baseUrl: string
  /** what its client may do */
  readonly pass: Pass
}

/** How far a connection has come. Frames that arrive while it joins wait in `queue`. */
export type Stage =
  | { readonly tag: 'connected' }
  | { readonly tag: 'joining'; readonly queue: ClientMessage[] }
  | { readonly tag: 'member' }
  | { readonly tag: 'closed' }

/** Messages and bytes, in and out. */
interface Traffic {
  mi: number
  mo: number
  bi: number
  bo: number
}

/** Told what comes from the other end. */
export interface ConnectionObserver {
  received(connection: Connection, data: Buffer): void
  /** its socket brought this, to be given to {@link Connection.parse} */
  read(connection: Connection, piece: Buffer): void
  /** nothing holds it any more, and it has a rest */
  readOn(connection: Connection): void
  /** a web-socket ping or pong came */
  pinged(connection: Connection): void
  failed(connection: Connection, error: Error): void
  closed(connection: Connection, code: number, reason: string): void
}

/** What all connections share. */
export interface ConnectionParts {
  readonly pump: WritePump
  readonly clock: Clock
  readonly limits: Pick<ReflectorLimits, 'backlogBytes' | 'backlogMs'>
  readonly observer: ConnectionObserver
}

/** A web socket that knows its connection, so that all of them share the same listeners. */
export class ConnectionSocket extends WebSocket {
  connection?: Connection
}

/** What waits to be given to the socket. */
interface Waiting {
  /** until its client has taken what the socket was given, or until it is its turn: then it is in the pump */
  until: 'taken' | 'turn'
  /** the rest of a SYNC; goes first */
  readonly blocks: Buffer[]
  readonly frames: Buffer[]
  /** of the frames */
  bytes: number
  /** when the client had taken all that its socket was given, monotonic ms */
  lastTaken: number
}

/**
 * One accepted web socket. Frames go to its raw socket as finished Buffers that other connections
 * share; pings and closes go through ws, which writes to the same socket, so order holds.
 */
export class Connection implements Receiver, WriteStream, Payer, Reader {
  readonly origin: ConnectionOrigin
  readonly isViewer: boolean
  readonly saysWhichApp: boolean
  /** a message of this viewer was dropped, which the log was told */
  hasSpoken = false
  /** when it was accepted, monotonic ms */
  readonly since: number
  readonly traffic: Traffic = { mi: 0, mo: 0, bi: 0, bo: 0 }
  stage: Stage = { tag: 'connected' }
  user: Json | undefined
  /** what its client told of itself in JOIN */
  program: Program | undefined
  /** its client's last round trip, ms; undefined while it told none */
  latencyMs: number | undefined
  /** how the box closed it; undefined while it has not */
  closedWith: { readonly code: CloseCode; readonly reason: string } | undefined
  /** when a frame or pong came last, monotonic ms */
  lastHeard: number
  /** when it was last pinged, monotonic ms */
  lastPinged = -Infinity
  messagesLeft = 0
  bytesLeft = 0
  rest: Buffer | undefined
  readonly #webSocket: ConnectionSocket
  readonly #socket: Duplex
  readonly #parts: ConnectionParts
  #waiting: Waiting | undefined
  /** what its socket had read when it was opened */
  readonly #bytesReadBefore: number
  /** of pings and pongs */
  #controlBytes = 0
  #controlFrames = 0
  /** has ws read what its socket brought */
  #parser: (piece: Buffer) => void = () => {}
  #hasFailed = false
  /** what the newest ping of those that are not answered said */
  #pinged: Buffer | undefined
  /** why it is not read from: bits of `HOLD` */
  #holds = 0
  /** monotonic ms at which a closing socket is cut; Infinity while it is open */
  #cutAt = Infinity

  constructor(
    webSocket: ConnectionSocket,
    socket: Duplex,
    origin: ConnectionOrigin,
    parts: ConnectionParts,
  ) {
    this.#webSocket = webSocket
    this.#socket = socket
    this.#bytesReadBefore = bytesReadFrom(socket)
    this.origin = origin
    this.isViewer = isWatching(origin.pass)
    this.saysWhichApp = saysWhichApp(origin.pass)
    this.#parts = parts
    this.since = parts.clock.now()
    this.lastHeard = this.since
  }

  /** Listens to its socket from now on. */
  open(): void {
    const webSocket = this.#webSocket
    webSocket.connection = this
    this.#parser = takeDataListener(this.#socket)
    Object.assign(this.#socket, { connection: this }).on('data', onData)
    webSocket.on('message', onMessage).on('ping', onPing).on('pong', onPong)
    webSocket.on('error', onError).on('close', onClose)
  }

  get observer(): ConnectionObserver {
    return this.#parts.observer
  }

  /** There was a sign of life from the other end. */
  heard(): void {
    this.lastHeard = this.#parts.clock.now()
  }

  get isOpen(): boolean {
    return this.#cutAt === Infinity && this.#webSocket.readyState === this.#webSocket.OPEN
  }

  get isCaughtUp(): boolean {
    return this.#socket.writableLength === 0 && this.#waiting === undefined && this.isOpen
  }

  /** Whether so much waits for it that nothing should be added that others do not get. */
  get isBehind(): boolean {
    return this.backlog > BEHIND_BYTES
  }

  /** URL under which this client reaches a file of the box. */
  fileUrl(path: string): string {
    return `${this.origin.baseUrl}/files/${path}`
  }

  write(frames: Buffer, count: number): void {
    if (!this.isOpen) return
    this.traffic.mo += count
    this.traffic.bo += frames.length
    this.#put(frames)
    if (this.backlog > this.#parts.limits.backlogBytes) {
      this.close(CLOSE_CODE.unresponsive, 'client unresponsive')
    }
  }

  sendSync(sync: Sync): void {
    if (!this.isOpen) return
    this.#hurry()
    if (this.#waiting) {
      this.close(CLOSE_CODE.unresponsive, 'client joined before it took what it was sent')
      return
    }
    const blocks = syncFrames(this.origin.sessionId, sync, (path) => this.fileUrl(path))
    const [only] = blocks
    if (only && blocks.length === 1) {
      this.write(only, 1)
      return
    }
    this.traffic.mo += 1
    this.traffic.bo += blocks.reduce((sum, block) => sum + block.length, 0)
    this.#wait('turn', [...blocks])
  }

  writeSome(): void {
    const { clock, pump } = this.#parts
    const waiting = this.#waiting
    if (waiting?.until !== 'turn' || !this.isOpen) return
    const block = waiting.blocks.shift()
    if (!block || waiting.blocks.length === 0) {
      this.#putAll(block ? [block, ...waiting.frames] : waiting.frames)
    } else {
      pump.allows(block.length)
      waiting.until = 'taken'
      this.#socket.write(block, () => {
        waiting.lastTaken = clock.now()
        waiting.until = 'turn'
        pump.ready(this)
      })
    }
  }

  /** Whether too much waits for its client, or much for one that takes nothing (LIVE4). */
  isStuck(now: number): boolean {
    const { backlogBytes, backlogMs } = this.#parts.limits
    if (this.backlog > backlogBytes) return true
    const waiting = this.#waiting
    if (!waiting) return false
    if (waiting.blocks.length === 0 && !this.isBehind) return false
    return now - waiting.lastTaken >= backlogMs
  }

  /** What came of frames that are not handled yet, most of whose end has not come (bytes, rather too little than too much). */
  get unfinishedBytes(): number {
    const { mi, bi } = this.traffic
    const whole = bi + mi * MAX_FRAME_HEADER_BYTES + this.#controlBytes
    const came = bytesReadFrom(this.#socket) - this.#bytesReadBefore - (this.rest?.length ?? 0)
    return Math.max(0, came - whole)
  }

  parse(bytes: Buffer): number {
    if (!this.#isHeard) return 0
    const before = this.#frameCount
    this.#parser.call(this.#socket, bytes)
    this.#answerPing()
    return this.#frameCount - before
  }

  /**
   * Whether ws still takes what comes: not after the other end's close frame, nor after what is no frame. It
   * has the socket flow then, whoever holds it.
   */
  get #isHeard(): boolean {
    const { destroyed, writableEnded } = this.#socket
    if (destroyed || writableEnded || this.#hasFailed) return false
    return this.isOpen || this.closedWith !== undefined
  }

  /** Its socket brought this. What is not heard takes its turn all the same: to read megabytes takes time. */
  came(piece: Buffer): void {
    if (!this.#isHeard) this.rest = undefined
    this.observer.read(this, piece)
  }

  /** What came is no frame. */
  failed(error: Error): void {
    this.#hasFailed = true
    this.rest = undefined
    this.observer.failed(this, error)
  }

  /** Frames that came, and ended. */
  get #frameCount(): number {
    return this.traffic.mi + this.#controlFrames
  }

  /** A ping or pong came, of so many bytes. */
  pinged(bytes: number): void {
    this.#controlBytes += bytes + MAX_FRAME_HEADER_BYTES
    this.#controlFrames += 1
    this.observer.pinged(this)
  }

  /** A ping came: it is answered when what came with it is read, unless a newer one takes its place (RFC 6455, 5.5.3). */
  ponging(data: Buffer): void {
    this.#pinged = data
  }

  /** Unless the answers to earlier ones wait. */
  #answerPing(): void {
    if (!this.#pinged) return
    if (this.isOpen && this.backlog <= MAX_PONG_BACKLOG_BYTES) this.#webSocket.pong(this.#pinged)
    this.#pinged = undefined
  }

  /** Whether it is not read from: its silence is none of its own. */
  get isHeld(): boolean {
    return this.#holds !== 0
  }

  get holds(): number {
    return this.#holds
  }

  hold(reason: Hold): void {
    // One that closes is read until the other end has answered, in turn with others.
    if (!this.isOpen && reason !== HOLD.turn) return
    if (this.#holds === 0) this.#webSocket.pause()
    this.#holds |= reason
  }

  release(reason: Hold): void {
    this.#holds &= ~reason
    if (this.#holds === 0) this.#readOn()
  }

  #readOn(): void {
    if (this.rest) this.observer.readOn(this)
    else this.#webSocket.resume()
  }

  ping(now: number): void {
    this.lastPinged = now
    this.#webSocket.ping()
  }

  /** @param reason ASCII, at most 123 bytes; shown to the user if the code ends the session for good */
  close(code: CloseCode, reason: string): void {
    if (!this.isOpen) return
    this.#hurry()
    this.closedWith = { code, reason }
    this.#holds = 0
    this.#readOn() // to hear the answer
    this.#webSocket.close(code, reason)
    this.#cutAt = this.#parts.clock.now() + CLOSE_TIMEOUT_MS
    this.#waiting = undefined
  }

  /** It is gone, and may be a member for a while all the same: what waited for its client is of no use. */
  drop(): void {
    this.#waiting = undefined
  }

  /**
   * Cuts a closing socket whose other end does not answer.
   * @returns whether it was so
   */
  cutIfOverdue(now: number): boolean {
    const isOverdue = this.#cutAt <= now
    if (isOverdue) this.cut()
    return isOverdue
  }

  cut(): void {
    this.#webSocket.terminate()
  }

  /** Bytes that wait for its client, but for what of a SYNC its socket was not given yet. */
  get backlog(): number {
    return this.#socket.writableLength + (this.#waiting?.bytes ?? 0)
  }

  /** Gives frames to the socket, unless it has not yet got rid of those before, or others are to be served first. */
  #put(frames: Buffer): void {
    if (this.#waiting) {
      this.#waiting.frames.push(frames)
      this.#waiting.bytes += frames.length
    } else if (!this.#parts.pump.allows(frames.length)) {
      this.#wait('turn', [])
      this.#put(frames)
    } else if (!this.#socket.write(frames) && this.#socket.writableLength > 0) {
      this.#wait('taken', [])
      this.#socket.once('drain', () => {
        if (this.isOpen) this.#putAll(this.#waiting?.frames ?? [])
      })
    }
  }

  #putAll(frames: readonly Buffer[]): void {
    this.#waiting = undefined
    for (const each of frames) this.#put(each)
  }

  #wait(until: Waiting['until'], blocks: Buffer[]): void {
    this.#waiting = { until, blocks, frames: [], bytes: 0, lastTaken: this.#parts.clock.now() }
    if (until === 'turn') this.#parts.pump.ready(this)
  }

  /** Gives to the socket what waits for nothing but its turn, since what comes now has to be behind it. */
  #hurry(): void {
    const waiting = this.#waiting
    if (waiting?.until !== 'turn' || waiting.blocks.length > 0) return
    this.#waiting = undefined
    for (const frames of waiting.frames) this.#socket.write(frames)
  }
}

/** The socket of an upgrade is one of the network; what takes its place in a test may not count. */
function bytesReadFrom(socket: Duplex): number {
  return 'bytesRead' in socket && typeof socket.bytesRead === 'number' ? socket.bytesRead : 0
}

function onMessage(this: ConnectionSocket, data: Buffer): void {
  const { connection } = this
  connection?.observer.received(connection, data)
}

/** Takes the place of what ws does with data of its socket, and returns that. */
function takeDataListener(socket: Duplex): (piece: Buffer) => void {
  const [listener, ...others] = socket.listeners('data')
  if (!listener || others.length > 0) throw new Error('ws reads its socket in an unknown way')
  socket.removeListener('data', listener as () => void)
  return listener as (piece: Buffer) => void
}

function onData(this: Duplex & { connection?: Connection }, piece: Buffer): void {
  this.connection?.came(piece)
}

function onPing(this: ConnectionSocket, data: Buffer): void {
  this.connection?.pinged(data.length)
  this.connection?.ponging(data)
}

function onPong(this: ConnectionSocket, data: Buffer): void {
  this.connection?.heard()
  this.connection?.pinged(data.length)
}

function onError(this: ConnectionSocket, error: Error): void {
  this.connection?.failed(error)
}

function onClose(this: ConnectionSocket, code: number, reason: Buffer): void {
  const { connection } = this
  connection?.drop()
  connection?.observer.closed(connection, code, `${reason}`)
}
