import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { apiPlace, findApi } from './api-place.ts'

let server: Server
let box: URL
let location: string | undefined

beforeEach(async () => {
  server = createServer((_request, response) => {
    response
      .writeHead(location === undefined ? 200 : 307, location === undefined ? {} : { location })
      .end()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  box = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
})
afterEach(() => {
  server.closeAllConnections()
  server.close()
})

test.each([
  ['http://box.local/', 'http://box.local:8889/admin/', 'http://box.local:8889/'],
  ['http://box.local/', 'https://box.local:8889/admin/', 'https://box.local:8889/'],
  ['https://box.local/', 'https://box.local:8889/admin/', 'https://box.local:8889/'],
  ['https://box.local/x/', 'https://box.local:8889/x/admin/', 'https://box.local:8889/x/'],
  ['http://box.local/', './', 'http://box.local/'],
])('[ADMIN11] of %s that leads to %s the API is at %s', (box, told, api) => {
  expect(apiPlace(told, new URL(box)).href).toBe(api)
})

const MAYBE = 'if that is right, name that by --box'
test.each([
  ['another host', 'http://box.local/', 'http://evil.example/admin/', MAYBE],
  ['a name that begins alike', 'http://box.local/', 'http://box.local.evil.example/admin/', MAYBE],
  ['http', 'https://box.local/', 'http://box.local:8889/admin/', MAYBE],
  ['what is no dashboard', 'http://box.local/', 'http://box.local/trust/', 'name the address'],
  ['nonsense', 'http://box.local/', 'http://', 'name the address'],
])('[ADMIN11] the password goes nowhere if a box leads to %s', (_, box, told, words) => {
  expect(() => apiPlace(told, new URL(box))).toThrow(words)
})

test('[ADMIN11] a box says where its API is; one that leads nowhere is asked itself', async () => {
  location = 'http://127.0.0.1:8889/admin/'
  expect((await findApi(box, undefined)).href).toBe('http://127.0.0.1:8889/')
  location = undefined
  expect((await findApi(box, undefined)).href).toBe(box.href)
})

test('[ADMIN11] says that no box answers', async () => {
  server.close()
  await expect(findApi(box, undefined)).rejects.toThrow('no box answers at')
})
