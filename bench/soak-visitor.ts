import { createHash } from 'node:crypto'
import { HttpSocket } from './http-socket.ts'
import { OutageClient } from './outage-client.ts'
import { clientFrame } from './web-socket.ts'

/** What a session's model may well take, encrypted (bytes). */
const SNAPSHOT_BYTES = 100_000
const CREATED = 2

/** A client that comes and goes, now in order, now cut off, and makes snapshots when it is told to. */
export class SoakVisitor {
  readonly #client: OutageClient
  readonly #port: number
  readonly #sessionId: string

  constructor(port: number, sessionId: string, index: number) {
    this.#client = new OutageClient(port, sessionId, index)
    this.#port = port
    this.#sessionId = sessionId
  }

  /** Resolves when it is in the session. */
  enter(): Promise<void> {
    return this.#client.enter()
  }

  send(): void {
    this.#client.send()
  }

  /** Loses its connection, and comes back at once. Resolves to whether a real client would keep its view. */
  async rejoin(): Promise<boolean> {
    const since = performance.now()
    this.#client.cut()
    return (await this.#client.absenceSince(since)).isSeamless
  }

  /** Uploads a snapshot of what it knows, and says so; nothing if it is away. */
  async makeSnapshot(): Promise<void> {
    const { known } = this.#client
    if (!known) return
    const { time, seq } = known
    const path = this.#snapshotPath(time, seq)
    const http = await HttpSocket.open(this.#port)
    try {
      const { status } = await http.request('PUT', path, Buffer.alloc(SNAPSHOT_BYTES, seq))
      if (Math.floor(status / 100) !== CREATED) throw new Error(`PUT ${path}: ${status}`)
    } finally {
      http.close()
    }
    const args = { time, seq, hash: hashOf(seq), url: `http://127.0.0.1:${this.#port}${path}` }
    this.#client.say(clientFrame(JSON.stringify({ id: this.#sessionId, action: 'SNAP', args })))
  }

  /** For good. */
  leave(): void {
    this.#client.close()
  }

  #snapshotPath(time: number, seq: number): string {
    const name = `${String(Math.ceil(time)).padStart(10, '0')}_${seq}-${hashOf(seq)}.snap`
    return `/files/snapshots/${this.#sessionId}/${name}`
  }
}

function hashOf(seq: number): string {
  return createHash('sha256').update(String(seq)).digest('base64url')
}
