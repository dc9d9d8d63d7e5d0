import type { NetworkInterfaceInfo } from 'node:os'
import { expect, it } from 'vitest'
import { isForOthers, lanAddresses, lanAddresses6 } from './addresses.ts'

const MAC = '00:00:00:00:00:00'

function ipv4(address: string, internal = false): NetworkInterfaceInfo {
  return { address, netmask: '255.255.255.0', family: 'IPv4', mac: MAC, internal, cidr: null }
}

it('begins with the network that people are likeliest in', () => {
  const interfaces = {
    lo: [ipv4('127.0.0.1', true)],
    tun0: [ipv4('100.64.3.4')],
    eth2: [ipv4('172.31.0.5'), ipv4('10.1.2.3')],
    eth1: [ipv4('172.32.0.5')],
    wlan0: [ipv4('192.168.1.20'), { ...ipv4('fe80::1'), family: 'IPv6' as const, scopeid: 2 }],
  }
  expect(lanAddresses(interfaces)).toEqual([
    '192.168.1.20',
    '10.1.2.3',
    '172.31.0.5',
    '100.64.3.4',
    '172.32.0.5',
  ])
})

it("leaves out the networks of this machine's containers and virtual machines", () => {
  const interfaces = {
    docker0: [ipv4('172.17.0.1')],
    'br-0123456789ab': [ipv4('172.18.0.1')],
    virbr0: [ipv4('192.168.122.1')],
    veth12: [ipv4('169.254.0.9')],
    'br-lan': [ipv4('192.168.7.1')],
    'vEthernet (External Switch)': [ipv4('10.0.0.4')],
  }
  expect(lanAddresses(interfaces)).toEqual(['192.168.7.1', '10.0.0.4'])
})

function ipv6(address: string): NetworkInterfaceInfo {
  return { ...ipv4(address), family: 'IPv6', scopeid: 0 }
}

it('has one IPv6 address of each network, those of private networks first, and none that is link-local', () => {
  const interfaces = {
    eth0: [ipv6('2001:db8:5:0:1::7'), ipv6('2001:db8:5::8'), ipv6('fe80::1'), ipv4('10.0.0.4')],
    eth1: [ipv6('fd12:3456::9')],
    docker0: [ipv6('fd00:17::1')],
    lo: [{ ...ipv6('::1'), internal: true }],
  }
  expect(lanAddresses6(interfaces)).toEqual(['fd12:3456::9', '2001:db8:5:0:1::7'])
})

it.each([
  'localhost',
  'a.localhost',
  '127.0.0.1',
  '::1',
  '169.254.3.4',
  'fe80::1',
  '*.school',
  '::',
])('%s is no host for others', (host) => expect(isForOthers(host)).toBe(false))

it.each(['box.local', '10.0.0.4', '2001:db8::5', 'fd00::5', 'feed.school'])(
  '%s is a host for others',
  (host) => expect(isForOthers(host)).toBe(true),
)
