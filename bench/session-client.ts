import { createHash } from 'node:crypto'
import { clientFrame, WebSocketClient } from './web-socket.ts'

/** Header of a frame that is sent in parts: whether this is the first, whether it is the last. */
const CHUNK_HEADER = /^_CHUNK([01])([01])/
const CHUNK_HEADER_CHARS = '_CHUNK00'.length
const LEAVE_DELAY_MS = 1250

/** What of a SYNC is looked at. */
export interface Sync {
  readonly timeline: string
  readonly time: number
  readonly seq: number
  readonly snapshotSeq?: number
  readonly messages: ReadonlyArray<readonly [time: number, seq: number, ...rest: unknown[]]>
}

/** 43 characters, the same ones in every run. */
export function sessionIdOf(name: string): string {
  return createHash('sha256').update(name).digest('base64url')
}

/** @param tickMs silence after which the session ticks, if this is its first joiner */
export function joinFrame(sessionId: string, user: string, tickMs: number): Buffer {
  const args = {
    name: 'bench',
    apiKey: 'none',
    version: 1,
    url: 'http://127.0.0.1/',
    user: [user],
    ticks: { tick: tickMs },
    leaveDelay: LEAVE_DELAY_MS,
  }
  return clientFrame(JSON.stringify({ id: sessionId, action: 'JOIN', args }))
}

/**
 * Joins on an open web socket. The handler of its frames is given back as it was.
 * @returns the whole SYNC as text; rejects if the socket closes before it is there
 */
export function join(client: WebSocketClient, frame: Buffer): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const { onFrame } = client
  const parts: string[] = []
  const onClose = () => reject(new Error('the socket closed before SYNC came'))
  client.socket.once('close', onClose)
  client.onFrame = (bytes, start, end) => {
    const text = bytes.toString('utf8', start, end)
    const [header, , isLast] = CHUNK_HEADER.exec(text) ?? []
    if (header === undefined && !text.includes('"action":"SYNC"')) return
    parts.push(header === undefined ? text : text.slice(CHUNK_HEADER_CHARS))
    if (isLast === '0') return
    client.onFrame = onFrame
    client.socket.off('close', onClose)
    resolve(parts.join(''))
  }
  client.send(frame)
  return promise
}

export function parseSync(text: string): Sync {
  return (JSON.parse(text) as { readonly args: Sync }).args
}

/** Opens web sockets one after the other for as long as nobody answers; for a box that is starting. */
export async function openEventually(
  port: number,
  sessionId: string,
  pause: () => Promise<unknown>,
): Promise<WebSocketClient> {
  for (;;) {
    try {
      return await WebSocketClient.open(port, sessionId)
    } catch {
      await pause()
    }
  }
}
