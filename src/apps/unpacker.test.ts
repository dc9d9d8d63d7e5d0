import { once } from 'node:events'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { get, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { brotliCompressSync } from 'node:zlib'
import fastify, { type FastifyInstance } from 'fastify'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { PackedFile } from './packed-file.ts'
import { Unpacker } from './unpacker.ts'

const PACKED: PackedFile = { encoding: 'br', type: 'text/plain', isUnpackedByApp: false }
/** More than systems keep for a client that does not read. */
const LARGE_BYTES = 30_000_000

let dir: string
let app: FastifyInstance
let started: number

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'packed-'))
  await writeFile(join(dir, 'large'), brotliCompressSync(Buffer.alloc(LARGE_BYTES)))
  await writeFile(join(dir, 'small'), brotliCompressSync('small'))
  started = 0
})
afterEach(async () => {
  await app.close()
  await rm(dir, { recursive: true })
})

async function serve(unpacker: Unpacker): Promise<string> {
  app = fastify({ forceCloseConnections: true })
  app.get<{ Params: { name: string } }>('/:name', async (request, reply) => {
    started += 1
    const path = join(dir, request.params.name)
    return unpacker.send(request, reply, PACKED, { path, stats: await stat(path) })
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
}

/** A client that has got the head of the answer, and reads no more. */
async function stuckAt(url: string): Promise<IncomingMessage> {
  const request = get(url)
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  response.on('error', () => {})
  return response
}

test('those beyond the limit wait until another one ends', async () => {
  const url = await serve(new Unpacker(1))
  const first = await stuckAt(`${url}/large`)
  const second = fetch(`${url}/small`)
  await expect.poll(() => started).toBe(2)
  first.destroy()
  expect(await (await second).text()).toBe('small')
})

test('who leaves while they wait holds up nobody', async () => {
  const url = await serve(new Unpacker(1))
  const first = await stuckAt(`${url}/large`)
  const waiting = get(`${url}/large`)
  waiting.on('error', () => {})
  await expect.poll(() => started).toBe(2)
  waiting.destroy()
  const third = fetch(`${url}/small`)
  await expect.poll(() => started).toBe(3)
  first.destroy()
  expect(await (await third).text()).toBe('small')
})

test('a client that takes too long is given up', async () => {
  // Long enough that it has begun by then, on a full machine as well.
  const url = await serve(new Unpacker(1, 1500))
  const first = await stuckAt(`${url}/large`)
  expect(await (await fetch(`${url}/small`)).text()).toBe('small')
  await expect(text(first)).rejects.toThrow()
})
