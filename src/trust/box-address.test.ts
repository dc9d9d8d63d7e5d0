import { describe, expect, test } from 'vitest'
import { addressBy, hostIn, isFor, isLoopback, publicPorts } from './box-address.ts'

describe('the ports that people use', () => {
  test.each([
    [[], 80, 443],
    [['http://localhost:80/', 'https://localhost:443/'], 80, 443],
    [['http://localhost:8080/', 'https://localhost:8443/'], 8080, 8443],
    [['https://box.school/', 'https://other.school:8443/'], 80, 443],
    [['https://[::1]:8443/'], 80, 8443],
  ])('of %j are %i and %i', (urls, http, https) => {
    expect(publicPorts(urls)).toEqual({ http, https })
  })
})

test.each([
  ['https', 'http://box.lan', 'https://box.lan'],
  ['https', 'http://box.lan:8080', 'https://box.lan'],
  ['https', 'http://192.168.1.20/team/x', 'https://192.168.1.20/team/x'],
  ['https', 'http://[fd00::1]:8080', 'https://[fd00::1]'],
  ['https', 'https://box.lan:8443', 'https://box.lan:8443'],
  ['http', 'https://box.lan:8443/team', 'http://box.lan/team'],
  ['http', 'http://box.lan:8080', 'http://box.lan:8080'],
] as const)('by %s, %s is %s', (scheme, url, expected) => {
  expect(addressBy(scheme, url, { http: 80, https: 443 })).toBe(expected)
})

test('a port that is not the usual one is said', () => {
  const ports = { http: 8080, https: 8443 }
  expect(addressBy('https', 'http://box.lan:8080/x', ports)).toBe('https://box.lan:8443/x')
  expect(addressBy('http', 'https://[fd00::1]:8443', ports)).toBe('http://[fd00::1]:8080')
})

test('an address of IPv6 has no brackets as a host', () => {
  expect(hostIn('http://[fd00::1]:80/')).toBe('fd00::1')
})

test.each([
  ['localhost', true],
  ['app.localhost', true],
  ['127.0.0.1', true],
  ['127.1.2.3', true],
  ['::1', true],
  ['localhost.lan', false],
  ['notlocalhost', false],
  ['127.0.0.1.lan', false],
  ['192.168.1.20', false],
])('%s is of this machine only: %s', (host, expected) => {
  expect(isLoopback(host)).toBe(expected)
})

test.each([
  ['box.school', true],
  ['www.box.school', true],
  ['a.www.box.school', false],
  ['school', false],
  ['192.168.1.20', true],
  ['192.168.1.21', false],
])('the certificate is for %s: %s', (host, expected) => {
  expect(isFor(['Box.School', '*.box.school', '192.168.1.20'], host)).toBe(expected)
})
