import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { expect, test } from 'vitest'
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
