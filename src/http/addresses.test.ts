import fastify, { type FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startBox } from '../../test/support/start-box.ts'
import { addressRoutes } from './addresses.ts'

const HERE = { remoteAddress: '127.0.0.1', headers: { host: 'localhost:8888' } }
const WIFI = 'http://192.168.1.20:8888'
const NAMED = 'http://croquet.local:8888'

let app: FastifyInstance

beforeEach(() => {
  app = fastify({ trustProxy: true })
  app.register(addressRoutes, { networkUrls: () => [WIFI], namedUrl: () => NAMED })
})

afterEach(() => app.close())

describe('/addresses tells', () => {
  test.each([
    ['127.0.0.1', 'localhost:8888'],
    ['127.0.0.1', '127.0.0.1:8888'],
    ['127.0.0.1', 'LocalHost'],
    ['::1', '[::1]:8888'],
    ['::ffff:127.0.0.1', 'localhost:8888'],
  ])('who comes from %s to %s', async (remoteAddress, host) => {
    expect(await urlsFor({ remoteAddress, headers: { host } })).toEqual([WIFI])
  })

  test('who has a page of localhost open behind the proxy of a container', async () => {
    const remoteAddress = '172.18.0.3'
    const headers = { host: 'localhost', 'x-forwarded-for': '172.19.0.1' }
    expect(await urlsFor({ remoteAddress, headers })).toEqual([WIFI])
  })

  test.each([
    [
      'comes from the internet by a proxy',
      { headers: { ...HERE.headers, 'x-forwarded-for': '203.0.113.9' } },
    ],
    [
      'comes by a proxy and names the network',
      { headers: { host: '192.168.1.20', 'x-forwarded-for': '172.19.0.1' } },
    ],
    ['is on another machine', { remoteAddress: '192.168.1.30' }],
    ['is on another machine, over IPv6', { remoteAddress: 'fe80::127' }],
    ['has an address that only looks like this machine', { remoteAddress: '12.127.0.1' }],
    ['comes through a proxy', { headers: { ...HERE.headers, 'x-forwarded-for': '127.0.0.1' } }],
    ['comes through another proxy', { headers: { ...HERE.headers, forwarded: 'for=127.0.0.1' } }],
    ['asks a name that was made to lead here', { headers: { host: 'rebound.example:8888' } }],
    ['asks a name that begins as this machine', { headers: { host: 'localhost.example' } }],
    [
      'only says that the name was another',
      { headers: { host: 'rebound.example', 'x-forwarded-host': 'localhost' } },
    ],
    ['asks the address of the network', { headers: { host: '192.168.1.20:8888' } }],
  ])('nothing to who %s', async (_, request) => {
    expect(await urlsFor({ ...HERE, ...request })).toEqual([])
  })

  test('a browser on this machine, over a real connection', async () => {
    const { port } = new URL(await app.listen({ host: '127.0.0.1', port: 0 }))
    const response = await fetch(`http://127.0.0.1:${port}/addresses`)
    expect(await response.json()).toMatchObject({ urls: [WIFI] })
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.get('access-control-allow-origin')).toBeNull()
  })
})

test('a box that only this machine reaches has none', async () => {
  const box = await startBox()
  const response = await fetch(`${box.url}/addresses`)
  expect(response.status).toBe(200)
  expect(await response.json()).toMatchObject({ urls: [] })
  await box.stop()
})

async function urlsFor(request: typeof HERE): Promise<unknown> {
  const response = await app.inject({ url: '/addresses', ...request })
  expect(response.statusCode).toBe(200)
  expect(response.headers['cache-control']).toBe('no-store')
  return response.json().urls
}

test('/addresses tells everybody by which address the box knows them', async () => {
  const headers = { 'x-forwarded-for': '192.168.1.30' }
  expect((await app.inject({ url: '/addresses', headers })).json()).toEqual({
    urls: [],
    byName: NAMED,
    you: '192.168.1.30',
  })
})

test('/addresses tells the name by multicast DNS to those on the same network only', async () => {
  const headers = { 'x-forwarded-for': '203.0.113.9' }
  expect((await app.inject({ url: '/addresses', headers })).json().byName).toBeNull()
  const near = { ...HERE, remoteAddress: '192.168.1.30' }
  expect((await app.inject({ url: '/addresses', ...near })).json().byName).toBe(NAMED)
})
