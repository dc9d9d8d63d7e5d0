import type { NetworkInterfaceInfo } from 'node:os'
import { expect, test } from 'vitest'
import { isInContainer, ownInterfaces, ownSubnets } from './own-subnets.ts'

function at(cidr: string, internal = false): NetworkInterfaceInfo {
  const [address = ''] = cidr.split('/')
  const base = { address, netmask: '', mac: '00:00:00:00:00:00', internal, cidr }
  return address.includes(':')
    ? { ...base, family: 'IPv6', scopeid: 0 }
    : { ...base, family: 'IPv4' }
}

test('the networks of a machine are those of its interfaces, also with public addresses', () => {
  const interfaces = {
    lo: [at('127.0.0.1/8', true), at('::1/128', true)],
    eth0: [at('129.13.5.7/16'), at('2001:db8:5::7/64'), at('fe80::1/64')],
  }
  expect(ownSubnets(interfaces)).toEqual(['129.13.5.7/16', '2001:db8:5::7/64'])
})

test('a network is not taken for that of a house if it is huge, a provider’s or inside the machine', () => {
  const interfaces = {
    eth0: [at('129.13.5.7/8'), at('2001:db8::7/32'), at('8.8.8.8/0')],
    ppp0: [at('203.0.113.4/24')],
    wwan0: [at('2001:db8:7::1/64')],
    docker0: [at('172.17.0.1/16'), at('2001:db8:8::1/64')],
    broken: [{ ...at('203.0.113.9/24'), cidr: null }],
  }
  expect(ownSubnets(interfaces)).toEqual([])
})

test('a container is known by what its engine puts there', () => {
  expect(isInContainer((path) => path === '/.dockerenv')).toBe(true)
  expect(isInContainer((path) => path === '/run/.containerenv')).toBe(true)
  expect(isInContainer(() => false)).toBe(false)
})

test('people are found on interfaces of networks, not on links to a provider or inside the machine', () => {
  const interfaces = {
    lo: [at('127.0.0.1/8', true)],
    eth0: [at('129.13.5.7/16'), at('2001:db8:5::7/64'), at('fe80::1/64')],
    wlan0: [at('169.254.3.4/16'), at('fe80::2/64')],
    ppp0: [at('203.0.113.4/24')],
    docker0: [at('172.17.0.1/16')],
  }
  expect(ownInterfaces(interfaces)).toEqual([
    { name: 'eth0', addresses: ['129.13.5.7', '2001:db8:5::7'] },
  ])
  const many = Object.fromEntries(
    Array.from({ length: 50 }, (_, index) => [`eth${index}`, [at(`10.0.${index}.1/24`)]]),
  )
  expect(ownInterfaces(many)).toHaveLength(8)
})
