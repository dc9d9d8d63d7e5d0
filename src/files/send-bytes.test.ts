import { once } from 'node:events'
import type { FileHandle } from 'node:fs/promises'
import { createServer, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { DownloadBuffers } from './download-buffers.ts'
import { sendBytes } from './send-bytes.ts'

const RANGE = { start: 0, length: 10_000_000 }

let server: ReturnType<typeof createServer>
let client: Socket

beforeEach(async () => {
  server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
})

afterEach(async () => {
  client.destroy()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

/** The response to the last of these requests, which come on one connection. */
async function ask(requests: number): Promise<ServerResponse> {
  client = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const answered = new Promise<ServerResponse>((resolve) => {
    let count = 0
    server.on('request', (_, response) => ++count === requests && resolve(response))
  })
  client.write('GET / HTTP/1.1\r\nHost: box\r\n\r\n'.repeat(requests))
  return answered
}

/** A file of which reading takes as long as this does. */
function fileRead(meanwhile: () => Promise<unknown>): FileHandle {
  const read = async (_: Buffer, __: number, most: number) => {
    await meanwhile()
    return { bytesRead: most }
  }
  return { read } as unknown as FileHandle
}

it('ends when the client goes while the file is read', async () => {
  const response = await ask(1)
  const file = fileRead(async () => {
    client.destroy()
    await once(response.req.socket, 'close')
  })
  await sendBytes(response, file, RANGE, new DownloadBuffers())
  expect(response.destroyed).toBe(true)
})

it('ends when the socket is cut and its response does not know yet', async () => {
  const response = await ask(1)
  const file = fileRead(async () => response.req.socket.destroy())
  await sendBytes(response, file, RANGE, new DownloadBuffers())
  expect(response.destroyed).toBe(true)
})

it('ends when the client goes before it is the turn of this answer', async () => {
  const response = await ask(2)
  const sent = sendBytes(
    response,
    fileRead(async () => {}),
    RANGE,
    new DownloadBuffers(),
  )
  client.destroy()
  await sent
  expect(response.destroyed).toBe(true)
})
