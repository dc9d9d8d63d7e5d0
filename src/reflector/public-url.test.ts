import type { IncomingMessage } from 'node:http'
import { expect, it } from 'vitest'
import { publicUrl } from './public-url.ts'

const ID = 'x'.repeat(43)

function request(url: string, headers: Record<string, string>, encrypted = false): IncomingMessage {
  const socket = { encrypted, localAddress: '::ffff:10.0.0.1', localPort: 8888 }
  return { url, headers, socket } as unknown as IncomingMessage
}

it.each([
  [`/reflector/${ID}`, 'localhost:8888', 'http://localhost:8888'],
  [`/reflector/${ID}?q=1`, '127.0.0.1:8888', 'http://127.0.0.1:8888'],
  [`/${ID}`, 'box', 'http://box'],
  [`/team/x/reflector/${ID}`, '[::1]:8888', 'http://[::1]:8888/team/x'],
  [`/a/reflector/b/reflector/${ID}`, 'box', 'http://box/a/reflector/b'],
  [`/sch%C3%BCler/a+b@c/reflector/${ID}`, 'box', 'http://box/sch%C3%BCler/a+b@c'],
  [`/other/${ID}`, 'box', 'http://box'],
])('[URL1] %s at %s is reached at %s', (url, host, expected) => {
  expect(publicUrl(request(url, { host }), false)).toBe(expected)
})

it('[URL1] a socket that is encrypted is reached by https', () => {
  expect(publicUrl(request(`/reflector/${ID}`, { host: 'box' }, true), false)).toBe('https://box')
})

it('[URL1] a trusted proxy says by which scheme, host and prefix the client came', () => {
  const headers = {
    host: 'box:8888',
    'x-forwarded-proto': 'https',
    'x-forwarded-host': 'school.example:8443',
    'x-forwarded-prefix': '/croquet/',
  }
  const url = `/reflector/${ID}`
  expect(publicUrl(request(url, headers), true)).toBe('https://school.example:8443/croquet')
  expect(publicUrl(request(url, headers), false)).toBe('http://box:8888')
})

it.each([
  ...['', 'a b', 'evil"host', 'user@host', 'host/path', 'host:99999999'],
  ...['256.256.256.256', '1.2.3.4.5', 'host:65536', '[:::]', '[1.2.3.4]', 'host.0x'],
])('a host like %j is not repeated', (host) => {
  expect(publicUrl(request(`/reflector/${ID}`, { host }), false)).toMatch(
    /^http:\/\/10\.0\.0\.1:8888$/,
  )
})

it('a prefix that no path has is left out', () => {
  expect(
    publicUrl(request(`/reflector/${ID}`, { host: 'box', 'x-forwarded-prefix': '/a/"b' }), true),
  ).toBe('http://box')
})

it.each([
  [{ localAddress: undefined, localPort: undefined }, 'http://localhost'],
  [{ localAddress: '::ffff:10.0.0.4', localPort: 8888 }, 'http://10.0.0.4:8888'],
  [{ localAddress: 'fe80::1%eth0', localPort: 8888 }, 'http://[fe80::1]:8888'],
])('a request by no host at %j is given an address that can be parsed', (socket, expected) => {
  const asked = { url: `/reflector/${ID}`, headers: {}, socket } as unknown as IncomingMessage
  expect(publicUrl(asked, false)).toBe(expected)
  expect(URL.canParse(expected)).toBe(true)
})
