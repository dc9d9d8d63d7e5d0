import { once } from 'node:events'
import type { RequestListener, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { createPatientServer } from './patient-server.ts'

let routing: PromiseWithResolvers<RequestListener>
let server: Server
let host: string

beforeEach(async () => {
  routing = Promise.withResolvers()
  routing.promise.catch(() => {})
  server = createPatientServer(routing.promise)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterEach(async () => {
  server.close()
  server.closeAllConnections()
  await once(server, 'close')
})

it('lets requests wait until there is somebody to answer them', async () => {
  const answers = ['/one', '/two'].map(async (path) =>
    (await fetch(`http://${host}${path}`)).text(),
  )
  await once(server, 'request')
  routing.resolve((request, response) => response.end(request.url))
  expect(await Promise.all(answers)).toEqual(['/one', '/two'])
  expect(await (await fetch(`http://${host}/three`)).text()).toBe('/three')
})

it('cuts them off if nobody ever will', async () => {
  const answer = fetch(`http://${host}/`)
  await once(server, 'request')
  routing.reject(new Error('no app'))
  await expect(answer).rejects.toThrow()
})

it('drops a connection on which a request stands still for two minutes', async () => {
  routing.resolve(({ socket }, response) => response.end(String(socket.timeout)))
  expect(await (await fetch(`http://${host}/`)).text()).toBe('120000')
})

it('takes web sockets meanwhile, without a limit of its own', async () => {
  const sockets = new WebSocketServer({ noServer: true })
  let limit: number | undefined = Infinity
  server.on('upgrade', (request, socket, head) => {
    limit = request.socket.timeout
    sockets.handleUpgrade(request, socket, head, (webSocket) => webSocket.send('hello'))
  })
  const client = new WebSocket(`ws://${host}/`)
  const [greeting] = await once(client, 'message')
  expect(String(greeting)).toBe('hello')
  expect(limit).toBe(undefined)
  client.terminate()
})
