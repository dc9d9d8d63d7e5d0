import { setTimeout as delay } from 'node:timers/promises'
import { join, joinFrame, parseSync, sessionIdOf } from './session-client.ts'
import { storedSessionId } from './stored-sessions.ts'
import { WebSocketClient } from './web-socket.ts'

const TICK_MS = 50
/** Of those who come: their sessions tick no faster, so that these ticks are not what is measured. */
const SLOW_TICK_MS = 1000
/** Web sockets that are opened at a time. */
const OPENED_AT_ONCE = 100
/** Ticks are listened to for so long before anything happens, and after it. */
const QUIET_MS = 500

/** Many come back at once, each to another session that is on disk. */
export interface Crowd {
  /** from the first JOIN until all have SYNC (ms) */
  readonly allInMs: number
  /** of a session that ticks meanwhile: by how much its latest tick was late (ms)… */
  readonly latestTickMs: number
  /** …and before anybody came */
  readonly latestBeforeMs: number
}

/** @param messages that each session has on disk; rejects if any is missing */
export async function timeCrowd(port: number, sessions: number, messages: number): Promise<Crowd> {
  const bystander = await Bystander.enter(port)
  const clients = await openAll(port, sessions)
  try {
    await delay(QUIET_MS)
    const latestBeforeMs = bystander.takeLatest()
    const since = performance.now()
    const syncs = await Promise.all(
      clients.map((client, index) =>
        join(client, joinFrame(storedSessionId(index), 'one of many', SLOW_TICK_MS)),
      ),
    )
    const allInMs = performance.now() - since
    await delay(QUIET_MS)
    const latestTickMs = bystander.takeLatest()
    if (syncs.some((text) => parseSync(text).messages.length < messages)) {
      throw new Error('SYNC lacks messages that are stored')
    }
    return { allInMs, latestTickMs, latestBeforeMs }
  } finally {
    for (const { socket } of [...clients, bystander]) socket.destroy()
  }
}

async function openAll(port: number, sessions: number): Promise<WebSocketClient[]> {
  const clients: WebSocketClient[] = []
  while (clients.length < sessions) {
    const count = Math.min(OPENED_AT_ONCE, sessions - clients.length)
    const next = Array.from({ length: count }, (_, index) =>
      WebSocketClient.open(port, storedSessionId(clients.length + index)),
    )
    clients.push(...(await Promise.all(next)))
  }
  return clients
}

/** Alone in a session that has nothing to do with the others. */
class Bystander {
  readonly socket: WebSocketClient['socket']
  #tickedAt = Number.NaN
  #latest = 0

  private constructor(client: WebSocketClient) {
    this.socket = client.socket
    client.onFrame = () => this.#hear()
  }

  static async enter(port: number): Promise<Bystander> {
    const sessionId = sessionIdOf('bystander')
    const client = await WebSocketClient.open(port, sessionId)
    await join(client, joinFrame(sessionId, 'bystander', TICK_MS))
    return new Bystander(client)
  }

  /** By how much the latest tick was late since this was asked last (ms). */
  takeLatest(): number {
    const latest = this.#latest
    this.#latest = 0
    return latest
  }

  #hear(): void {
    const now = performance.now()
    // Nobody sends: what comes after its own join is ticks.
    if (!Number.isNaN(this.#tickedAt)) {
      this.#latest = Math.max(this.#latest, now - this.#tickedAt - TICK_MS)
    }
    this.#tickedAt = now
  }
}
