import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ANYBODY } from '../../src/access/pass.ts'
import type { LimitName, ReflectorLimits } from '../../src/reflector/limits.ts'
import type { AnnouncedFile, Herald, Log, Pass, Witness } from '../../src/reflector/ports.ts'
import { Reflector } from '../../src/reflector/reflector.ts'
import type { UpgradeRefusal } from '../../src/reflector/upgrade.ts'
import { ManualClock } from './manual-clock.ts'
import { MemorySessionStore } from './memory-session-store.ts'
import { type RawClient, RawClients } from './raw-client.ts'
import type { JoinArgs } from './wire.ts'

interface LogLine {
  readonly level: string
  readonly event: string
  readonly text: string
  readonly [field: string]: unknown
}

/** A frame, what waits for a client, and histories are limited, the rest is not. */
const NO_LIMITS: ReflectorLimits = {
  frameBytes: 100_000,
  messagesPerSecond: Infinity,
  bytesPerSecond: Infinity,
  connectionsPerAddress: Infinity,
  unjoinedPerAddress: Infinity,
  unjoined: Infinity,
  usersPerSession: Infinity,
  sessionsPerAddress: Infinity,
  sessions: Infinity,
  historyBytes: 250_000_000,
  historiesBytes: 500_000_000,
  backlogBytes: 16_000_000,
  backlogMs: 30_000,
}

/** Time by hand, but turns of the event loop as they come: for real sockets. */
class SocketClock extends ManualClock {
  override soon(run: () => void): void {
    setImmediate(run)
  }
}

/** A reflector with real sockets, a store in memory, and a clock that stands still. */
export class ReflectorBed {
  readonly clock = new SocketClock()
  readonly log: LogLine[] = []
  readonly clients = new RawClients()
  readonly failures: unknown[] = []
  /** who was closed for having no access: address and reason */
  readonly turnedAway: Array<readonly [userIp: string, reason: string]> = []
  /** what `FileDirectory` knows, by URL */
  readonly files = new Map<string, AnnouncedFile>()
  /** what heralds were told */
  readonly heralded: Array<Parameters<Herald['tell']>> = []
  /** how `FileDirectory` looks for a file */
  fileExists = async (path: string): Promise<boolean> => !this.store.missingFiles.has(path)
  /** of those who connect from now on, like `address` */
  pass: Pass = ANYBODY
  address = '10.0.0.1'
  /** why those who connect from now on are not let in; undefined: they are */
  refusal: UpgradeRefusal | undefined
  /** what the witness was told: the name of the fact, then its parts */
  readonly witnessed: Array<readonly [fact: keyof Witness, ...parts: unknown[]]> = []
  readonly breaches: LimitName[] = []
  /** messages of viewers that were dropped */
  dropped = 0
  readonly store = new MemorySessionStore()
  readonly reflector: Reflector
  readonly #server: Server = createServer()
  #timelines = 0

  /** @param limits besides those of {@link NO_LIMITS} */
  constructor(limits: Partial<ReflectorLimits> = {}) {
    const none = () => {}
    this.reflector = new Reflector({
      store: this.store,
      removeSession: (sessionId) => this.store.removeSession(sessionId),
      storeFault: () => undefined,
      files: {
        identify: (url) => this.files.get(url),
        exists: (path) => this.fileExists(path),
      },
      herald: { tell: (...told) => void this.heralded.push(told) },
      clock: this.clock,
      timers: this.clock,
      log: this.#logInto(),
      metrics: {
        ...{ connectionOpened: none, connectionClosed: none, sessionOpened: none },
        ...{ sessionClosed: none, messagesReflected: none, ticked: none, latency: none },
        ...{ snapshotRequested: none, snapshotTaken: none },
        limitBreached: (limit) => void this.breaches.push(limit),
        viewerMessageDropped: () => void this.dropped++,
      },
      witness: this.#testify(),
      proxies: {
        isTrusted: () => false,
        clientAddress: () => this.address,
        accountOf: (address) => address,
      },
      limits: { ...NO_LIMITS, ...limits },
      newTimeline: () => `timeline ${++this.#timelines}`,
      onStoreFailure: (error) => this.failures.push(error),
      onNoAccess: (...told) => this.turnedAway.push(told),
    })
  }

  async open(): Promise<void> {
    this.#server.on('upgrade', (...request) => {
      if (this.refusal) this.reflector.turnAway(...request, this.refusal)
      else this.reflector.accept(...request, this.pass)
    })
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    this.reflector.open()
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}/reflector`
  }

  /** Opens a connection to this session. */
  connect(sessionId: string, options = {}) {
    return this.clients.connect(this.url, sessionId, options)
  }

  /** A client that joined this session, of a user by this name. */
  async member(sessionId: string, name: string, args: JoinArgs = {}): Promise<RawClient> {
    const client = await this.connect(sessionId)
    await client.join({ user: [name], ...args })
    return client
  }

  /** Moves time on in steps as fine as the reflector's own, letting sockets work in between. */
  async elapse(ms: number): Promise<void> {
    const end = this.clock.elapsed + ms
    while (this.clock.elapsed < end) {
      this.clock.advanceTo(Math.min(this.clock.elapsed + 100, end))
      await new Promise(setImmediate)
    }
  }

  /** Log lines of an event. */
  logged(event: string): LogLine[] {
    return this.log.filter((line) => line.event === event)
  }

  async close(): Promise<void> {
    const drained = this.reflector.drain()
    await this.clients.closeAll()
    await drained
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #testify(): Witness {
    const to =
      (fact: keyof Witness) =>
      (...parts: unknown[]) =>
        void this.witnessed.push([fact, ...parts])
    const [joined, left, voted] = [to('joined'), to('left'), to('voted')]
    const [snapshotTaken, snapshotLost] = [to('snapshotTaken'), to('snapshotLost')]
    return { joined, left, voted, snapshotTaken, snapshotLost, closed: to('closed') }
  }

  #logInto(): Log {
    const at = (level: string) => (fields: object, text: string) =>
      void this.log.push({ event: '', ...fields, level, text })
    const [debug, info, notice] = [at('debug'), at('info'), at('notice')]
    return { debug, info, notice, warn: at('warn'), error: at('error') }
  }
}

/** The payloads of users' messages that it heard so far. */
export function textsOf(client: RawClient): unknown[] {
  return client
    .argsOf('RECV')
    .map((args) => args[2])
    .filter((payload) => typeof payload === 'string')
}

/** Waits until a condition holds, looking again each turn of the event loop. */
export async function until(holds: () => boolean, what = 'the condition'): Promise<void> {
  const deadline = performance.now() + 5000
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`${what} did not come true`)
    await new Promise(setImmediate)
  }
}
