import { type IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import { createProxies } from './proxies.ts'

function requestFrom(remoteAddress: string | undefined, forwardedFor: string): IncomingMessage {
  const socket = new Socket()
  Object.defineProperty(socket, 'remoteAddress', { value: remoteAddress })
  const request = new IncomingMessage(socket)
  request.headers['x-forwarded-for'] = forwardedFor
  return request
}

test.each([
  ['what a trusted proxy says', '127.0.0.1', '203.0.113.7', '203.0.113.7'],
  ['its own, if it is no trusted proxy', '203.0.113.7', '203.0.113.8', '203.0.113.7'],
  ['none, if it has gone', undefined, '203.0.113.8', ''],
])('the address of a client is %s', (_what, remoteAddress, forwardedFor, address) => {
  const { clientAddress } = createProxies(['loopback'])
  expect(clientAddress(requestFrom(remoteAddress, forwardedFor))).toBe(address)
})

describe('[ACCESS12] the hosts by which a request says that it came', () => {
  const { hosts } = createProxies(['loopback'])

  function hostsOf(from: string | undefined, headers: IncomingHttpHeaders): readonly string[] {
    const request = requestFrom(from, '')
    Object.assign(request.headers, headers)
    return hosts(request)
  }

  test.each<[what: string, headers: IncomingHttpHeaders, hosts: readonly string[]]>([
    ['its own', { host: 'box.local:8888' }, ['box.local:8888']],
    ['none, if it says none', {}, []],
    ['none, if it is empty', { host: '' }, []],
    [
      'that of the proxy, too',
      { host: 'box', 'x-forwarded-host': 'a.example' },
      ['box', 'a.example'],
    ],
    [
      'those of all proxies',
      { host: 'box', 'x-forwarded-host': 'a.example, b.example ,' },
      ['box', 'a.example', 'b.example'],
    ],
  ])('are %s', (_what, headers, wanted) => {
    expect(hostsOf('127.0.0.1', headers)).toEqual(wanted)
  })

  test.each(['192.168.1.7', undefined])(
    'are not what an address that is not trusted (%s) says of them',
    (from) => {
      const headers = { host: 'attacker.example', 'x-forwarded-host': 'localhost' }
      expect(hostsOf(from, headers)).toEqual(['attacker.example'])
    },
  )
})

test('an IPv4 client of a port for both kinds of addresses is known by its IPv4 address', () => {
  const { clientAddress, accountOf } = createProxies(['loopback'])
  const request = { headers: {}, socket: { remoteAddress: '::ffff:192.168.1.7' } }
  expect(clientAddress(request as unknown as IncomingMessage)).toBe('192.168.1.7')
  expect(accountOf('::ffff:127.0.0.1')).toBeUndefined()
})
