import { createHash, randomBytes } from 'node:crypto'
import type { ReturningClient } from './returning-client.ts'

const UPLOAD_TIMEOUT_MS = 30_000

/** A snapshot of the session as a client heard it last: what SNAP says of it, and its path. */
export interface MadeSnapshot {
  readonly path: string
  readonly snap: {
    readonly time: number
    readonly seq: number
    readonly hash: string
    readonly url: string
  }
}

export function snapshotOf(url: string, client: ReturningClient): MadeSnapshot {
  const { time, seq } = client.heard ?? { time: 0, seq: 0 }
  const hash = createHash('sha256').update(randomBytes(16)).digest('base64url')
  const path = `snapshots/${client.sessionId}/${String(time).padStart(10, '0')}_${seq}-${hash}.snap`
  return { path, snap: { time, seq, hash, url: `${url}/files/${path}` } }
}

/** Uploads a file under this path. @returns status of the answer; 0: the connection broke before it */
export async function upload(
  url: string,
  path: string,
  body: Uint8Array<ArrayBuffer>,
): Promise<number> {
  const signal = AbortSignal.timeout(UPLOAD_TIMEOUT_MS)
  try {
    const answer = await fetch(`${url}/files/${path}`, { method: 'PUT', body, signal })
    await answer.arrayBuffer()
    return answer.status
  } catch (error) {
    if (error instanceof TypeError) return 0
    throw error
  }
}

/** Has the client upload a snapshot of so many bytes, and announce it if that went well. */
export async function uploadSnapshot(
  url: string,
  client: ReturningClient,
  bytes: number,
): Promise<MadeSnapshot> {
  const made = snapshotOf(url, client)
  const status = await upload(url, made.path, randomBytes(bytes))
  if (status === 200 || status === 201) client.sendAction('SNAP', made.snap)
  return made
}
