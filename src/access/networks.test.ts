import { describe, expect, test } from 'vitest'
import { LAN, Networks, parseNetworks, plainAddress } from './networks.ts'

describe('[ACCESS2] the LAN', () => {
  const lan = new Networks(LAN)

  test.each([
    '127.0.0.1',
    '127.255.255.255',
    '::1',
    '::ffff:127.0.0.1',
    '10.0.0.1',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.20',
    '::ffff:192.168.1.20',
    '::FFFF:c0a8:114',
    '169.254.7.7',
    'fe80::1',
    'fe80::1%eth0',
    'fd12:3456::1',
  ])('has %s', (address) => {
    expect(lan.includes(address)).toBe(true)
  })

  test.each([
    '8.8.8.8',
    '172.15.255.255',
    '172.32.0.1',
    '192.169.0.1',
    '11.0.0.1',
    '100.64.0.1',
    '::ffff:8.8.8.8',
    '2001:db8::1',
    'fec0::1',
    '::',
    '0.0.0.0',
    '127.0.0.1.evil.example',
    '010.0.0.1',
    '10.1',
    'unknown',
    '',
  ])('has not %s', (address) => {
    expect(lan.includes(address)).toBe(false)
  })
})

test('a network has its addresses, and an address is one', () => {
  const networks = new Networks(parseNetworks('100.64.0.0/10, 203.0.113.9,2001:db8:1::/48'))
  const asked = ['100.127.0.1', '203.0.113.9', '203.0.113.10', '2001:db8:1:2::3', '2001:db8:2::']
  expect(asked.map((address) => networks.includes(address))).toEqual([
    true,
    true,
    false,
    true,
    false,
  ])
})

test('nothing is no network', () => {
  expect(new Networks(parseNetworks('')).includes('127.0.0.1')).toBe(false)
})

test.each([
  'everyone',
  '10.0.0.0/33',
  '10.0.0.0/8/8',
  '10.0.0.0/',
  'loopback,',
  'fe80::1%eth0',
  'toString',
])('%s is refused', (text) => {
  expect(() => parseNetworks(text)).toThrow('addresses, networks (10.0.0.0/8) or loopback')
})

test.each([
  ['::ffff:10.0.0.1', '10.0.0.1'],
  ['fe80::1%eth0', 'fe80::1'],
  ['10.0.0.1', '10.0.0.1'],
])('%s is written as %s', (address, plain) => {
  expect(plainAddress(address)).toBe(plain)
})
