import type { FileHandle } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import type { DownloadBuffers } from './download-buffers.ts'

/** Part of a file. */
export interface ByteRange {
  /** of the first byte */
  readonly start: number
  readonly length: number
}

/**
 * Sends part of a file as a response's body and ends it: each piece once the one before it is on its way.
 * If the client goes, or the file is shorter than that or cannot be read, the response is destroyed.
 * @param response its head says how many bytes come
 */
export async function sendBytes(
  response: ServerResponse,
  file: FileHandle,
  { start, length }: ByteRange,
  buffers: DownloadBuffers,
): Promise<void> {
  const { socket } = response.req
  const gone = Promise.withResolvers<void>()
  const leave = () => gone.resolve()
  // Of a write that comes between the end of the socket and that of the response, nothing is ever heard.
  socket.once('close', leave)
  const buffer = buffers.take()
  const end = start + length
  let position = start
  try {
    while (position < end && !socket.destroyed) {
      const most = Math.min(buffer.length, end - position)
      const { bytesRead } = await file.read(buffer, 0, most, position)
      if (bytesRead === 0 || socket.destroyed) break
      await Promise.race([write(response, buffer.subarray(0, bytesRead)), gone.promise])
      position += bytesRead
    }
  } finally {
    socket.off('close', leave)
    buffers.giveBack(buffer)
    if (position === end && !socket.destroyed) response.end()
    else response.destroy()
  }
}

/** Resolves once nobody reads the bytes any more: they are sent, or could not be. */
function write(response: ServerResponse, bytes: Buffer): Promise<void> {
  return new Promise((resolve) => {
    response.write(bytes, () => resolve())
  })
}
