import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { limitConnections } from './connection-counts.ts'

/** Web sockets that an address may have, so that it has this many connections at most. */
const WEB_SOCKETS = 3 - 1500
const MOST = 3

let server: Server
let breaches: string[]
let clients: Socket[]

beforeEach(async () => {
  breaches = []
  clients = []
  server = createServer((_request, response) => response.end('answer'))
  limitConnections(server, {
    connectionsPerAddress: WEB_SOCKETS,
    accountOf: (address) => (address.endsWith('127.0.0.9') ? undefined : address),
    onBreach: (limit, address) => breaches.push(`${limit} ${address}`),
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
})

afterEach(async () => {
  for (const client of clients) client.destroy()
  await once(server.close(), 'close')
})

/** Whether a connection from there is kept, and its request answered. */
async function isAnswered(localAddress: string): Promise<boolean> {
  const { port } = server.address() as AddressInfo
  const client = connect({ port, host: '127.0.0.1', localAddress })
  clients.push(client)
  client.on('error', () => {})
  client.write('GET / HTTP/1.1\r\nHost: box\r\n\r\n')
  const closed = once(client, 'close').then(() => false)
  return Promise.race([once(client, 'data').then(() => true), closed])
}

it('[LIMIT29] closes what an address opens beyond its share, and nothing of others', async () => {
  for (let index = 0; index < MOST; index += 1) expect(await isAnswered('127.0.0.2')).toBe(true)
  expect(await isAnswered('127.0.0.2')).toBe(false)
  expect(breaches).toEqual(['http-connections-per-address 127.0.0.2'])
  expect(await isAnswered('127.0.0.3')).toBe(true)
})

it('[LIMIT29] counts a connection no longer when it is closed', async () => {
  for (let index = 0; index < MOST; index += 1) await isAnswered('127.0.0.2')
  const [first] = clients
  first?.destroy()
  await expect.poll(() => isAnswered('127.0.0.2')).toBe(true)
})

it('[LIMIT29] counts none of a proxy', async () => {
  for (let index = 0; index <= MOST; index += 1) expect(await isAnswered('127.0.0.9')).toBe(true)
})
