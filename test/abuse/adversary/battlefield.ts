import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { FIELD_LIMITS, type FieldName } from '../../../src/protocol/field-limits.ts'
import type { AttackReport } from './attack-report.ts'
import { AttackSocket, frameOf, type SocketOptions } from './attack-socket.ts'

/** Of a field that may be as long as its frame, so much fits beside the rest of the frame. */
const FRAME_ROOM = 1024 * 1024 - 4096
/** Those who attack come from so many addresses at most. */
const MOST_ADDRESSES = 250
const BEAT_MS = 5
/** Of the boxes that are attacked. */
export const ADMIN_PASSWORD = 'correct horse battery'

export interface BattlefieldOptions {
  readonly port: number
  /** how long the attack goes on (ms) */
  readonly ms: number
  /** whether fields are as long as a frame, whatever their limit says */
  readonly isOverlong: boolean
}

/** JOIN's args, as the protocol has them. */
export type JoinArgs = Readonly<Record<string, unknown>>

/** What attacks are made with: the box that they meet, their time, and their sockets. */
export class Battlefield {
  readonly report: AttackReport = {
    ...{ bytes: 0, frames: 0, opened: 0, refused: 0, heard: 0, closed: {} },
  }
  readonly #options: BattlefieldOptions
  readonly #end: number
  readonly #sockets = new Set<AttackSocket>()
  #number = 0

  constructor(options: BattlefieldOptions) {
    this.#options = options
    this.#end = performance.now() + options.ms
  }

  get isOver(): boolean {
    return performance.now() >= this.#end
  }

  /** Another number each time. */
  next(): number {
    this.#number += 1
    return this.#number
  }

  sessionId(): string {
    return randomBytes(32).toString('base64url')
  }

  /** A text that is as long as this field may be, and another one each time. */
  longest(name: FieldName, most = Infinity): string {
    const { longest } = FIELD_LIMITS[name]
    const length = Math.min(this.#options.isOverlong ? Infinity : longest, most, FRAME_ROOM)
    return `${this.next()}`.padEnd(length, 'x')
  }

  /** How long it is. */
  lengthOf(name: FieldName): number {
    return this.longest(name).length
  }

  /** A frame of text with one envelope. */
  frame(sessionId: string, action: string, args?: unknown, rest: object = {}): Buffer {
    return frameOf(JSON.stringify({ id: sessionId, action, args, ...rest }))
  }

  /** Undefined if the box does not let it in. @param address which of the attackers' addresses it comes from */
  async open(
    sessionId: string,
    address = 0,
    unusual: Pick<SocketOptions, 'headers' | 'prefix'> = {},
  ): Promise<AttackSocket | undefined> {
    const from = `192.168.77.${1 + (address % MOST_ADDRESSES)}`
    const { port } = this.#options
    try {
      const opened = await AttackSocket.open({ port, sessionId, from, ...unusual })
      this.report.opened += 1
      this.#sockets.add(opened)
      opened.onClosed = () => this.#closed(opened)
      return opened
    } catch (error) {
      const { message } = error as Error
      this.report.refused += 1
      this.report.closed[message] = (this.report.closed[message] ?? 0) + 1
      return undefined
    }
  }

  /** Opens and joins; resolves when SYNC has begun, or undefined if it was closed or does not come in time. */
  async join(
    sessionId: string,
    args: JoinArgs = {},
    address = 0,
  ): Promise<AttackSocket | undefined> {
    const opened = await this.open(sessionId, address)
    if (!opened) return undefined
    const done = Promise.withResolvers<boolean>()
    const { onClosed } = opened
    opened.onText = (text) => {
      if (text.includes('"SYNC"')) done.resolve(true)
    }
    opened.onClosed = () => {
      onClosed()
      done.resolve(false)
    }
    this.send(opened, this.frame(sessionId, 'JOIN', this.joinArgs(args)))
    const late = delay(Math.max(0, this.#end - performance.now()), false, { ref: false })
    const isIn = await Promise.race([done.promise, late])
    opened.onText = () => {}
    opened.onClosed = onClosed
    return isIn && opened.isOpen ? opened : undefined
  }

  /** Those of a client that has nothing special about it, with these changes. */
  joinArgs(changes: JoinArgs = {}): JoinArgs {
    return {
      ...{ name: 'attack', apiKey: 'none', version: 1, url: 'http://127.0.0.1/' },
      ...{ user: [`${this.next()}`], ticks: { tick: 1000 }, leaveDelay: 3_600_000 },
      ...changes,
    }
  }

  /** The prefix by which a viewer comes, who was sent a link by those who run the box. */
  async viewerPrefix(): Promise<string> {
    const admin = await fetch(`http://127.0.0.1:${this.#options.port}/admin/`, {
      redirect: 'manual',
    })
    const api = new URL('/api/v1', admin.headers.get('location') ?? '').href
    const post = async (path: string, body: object, headers = {}) => {
      const answer = await fetch(`${api}/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      })
      if (!answer.ok) throw new Error(`${path} was answered with ${await answer.text()}`)
      return (await answer.json()) as { readonly token: string; readonly url: string }
    }
    const { token } = await post('login', { password: ADMIN_PASSWORD })
    const viewer = { role: 'viewer', hours: 1, label: 'attack' }
    const { url } = await post('invites', viewer, { authorization: `Bearer ${token}` })
    return `/t/${url.split('/').at(-1)}`
  }

  send(socket: AttackSocket, bytes: Buffer): void {
    this.report.frames += 1
    socket.send(bytes)
  }

  /**
   * Has each of the sockets send what it is given, as fast as the box takes it, until time is up.
   * @param perSecond frames of each socket; @param make the next frame of the socket with this index
   */
  async flood(
    sockets: ReadonlyArray<AttackSocket | undefined>,
    make: (index: number) => Buffer,
    perSecond = Infinity,
  ): Promise<void> {
    const began = performance.now()
    const sent = sockets.map(() => 0)
    while (!this.isOver) {
      const budget = perSecond * ((performance.now() - began) / 1000) + 1
      for (const [index, socket] of sockets.entries()) {
        if (!socket) continue
        for (let left = 64; left > 0 && socket.canSend && (sent[index] ?? 0) < budget; left -= 1) {
          this.send(socket, make(index))
          sent[index] = (sent[index] ?? 0) + 1
        }
      }
      if (sockets.every((socket) => !socket?.isOpen)) return
      await delay(BEAT_MS)
    }
  }

  /** Runs so many of it side by side, again and again until time is up. */
  async repeat(many: number, once: (worker: number) => Promise<void>): Promise<void> {
    const work = async (worker: number) => {
      while (!this.isOver) {
        await once(worker)
        await delay(1)
      }
    }
    await Promise.all(Array.from({ length: many }, (_, worker) => work(worker)))
  }

  /** Resolves when the system has taken all that it was given, or time is up. */
  async sent(socket: AttackSocket): Promise<void> {
    while (socket.isOpen && socket.socket.writableLength > 0 && !this.isOver) await delay(BEAT_MS)
  }

  /** Waits until time is up. */
  async wait(): Promise<void> {
    await delay(Math.max(0, this.#end - performance.now()))
  }

  /** What became of it until now. */
  summary(): AttackReport {
    const { report } = this
    const sockets = [...this.#sockets]
    const bytes = sockets.reduce((sum, { socket }) => sum + writtenBy(socket), report.bytes)
    const heard = sockets.reduce((sum, each) => sum + each.heard, report.heard)
    return { ...report, bytes, heard }
  }

  #closed(socket: AttackSocket): void {
    if (!this.#sockets.delete(socket)) return
    const { report } = this
    report.bytes += writtenBy(socket.socket)
    report.heard += socket.heard
    const why = socket.closedWith ?? 'cut'
    report.closed[why] = (report.closed[why] ?? 0) + 1
  }
}

/** Without what still waits in this process. */
function writtenBy(socket: AttackSocket['socket']): number {
  return (socket.bytesWritten ?? 0) - socket.writableLength
}
