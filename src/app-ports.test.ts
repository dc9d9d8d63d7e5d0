import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findFreeRange } from '../test/support/port-range.ts'
import { AppPorts } from './app-ports.ts'
import type { OpenPort } from './apps/origins/app-origins.ts'

let server: Server
let port: number
let ports: AppPorts
let opened: OpenPort
let sockets: Socket[]
let dropped: number

beforeEach(async () => {
  sockets = []
  dropped = 0
  server = createServer((request, response) => {
    response.end(String(request.socket.localPort))
  })
  server.maxConnections = 100
  server.on('drop', () => {
    dropped += 1
  })
  ports = new AppPorts('127.0.0.1', server)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  port = await findFreeRange(1)
  opened = await ports.open(port)
})
afterEach(async () => {
  for (const socket of sockets) socket.destroy()
  await opened.close()
  server.close()
})

async function open(to: number): Promise<Socket> {
  const socket = connect(to, '127.0.0.1')
  sockets.push(socket)
  socket.on('error', () => {})
  await once(socket, 'connect')
  return socket
}

test('the server answers at the other port, and knows by which one somebody came', async () => {
  const answer = await fetch(`http://127.0.0.1:${port}/`)
  expect(await answer.text()).toBe(String(port))
})

test('[LIMIT26] connections by all ports together have one limit', async () => {
  server.maxConnections = 2
  await open((server.address() as AddressInfo).port)
  await open(port)
  for (const to of [port, (server.address() as AddressInfo).port]) {
    const excess = await open(to)
    await once(excess, 'close')
  }
  expect(dropped).toBe(2)
  // Whoever has gone makes room.
  sockets[0]?.destroy()
  await expect
    .poll(() =>
      fetch(`http://127.0.0.1:${port}/`).then(
        ({ ok }) => ok,
        () => false,
      ),
    )
    .toBe(true)
})

test('when it is closed nobody comes any more, and those who are there go on', async () => {
  const socket = await open(port)
  await opened.close()
  await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow()
  let isDrained = false
  const drained = ports.drained().then(() => {
    isDrained = true
  })
  socket.write('GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')
  expect(isDrained).toBe(false)
  expect(String(await once(socket, 'data'))).toContain('200 OK')
  await drained
})

test('a port that cannot be had says what to do', async () => {
  await expect(ports.open(port)).rejects.toThrow(
    `port ${port} is in use: stop the program that uses it, or set BOX_APP_ORIGINS to other ports`,
  )
})
