import { BlockList, isIP } from 'node:net'

/** IPv4 networks that are not of the internet, by IANA's registry of special-purpose addresses. */
const SPECIAL_IPV4: ReadonlyArray<[network: string, bits: number]> = [
  ['0.0.0.0', 8], // this network
  ['10.0.0.0', 8], // private
  ['100.64.0.0', 10], // shared by a provider's customers
  ['127.0.0.0', 8], // loopback
  ['169.254.0.0', 16], // link-local; clouds tell machines their secrets there
  ['172.16.0.0', 12], // private
  ['192.0.0.0', 24], // protocol assignments
  ['192.0.2.0', 24], // documentation
  ['192.88.99.0', 24], // relays of 6to4
  ['192.168.0.0', 16], // private
  ['198.18.0.0', 15], // benchmarks
  ['198.51.100.0', 24], // documentation
  ['203.0.113.0', 24], // documentation
  ['224.0.0.0', 4], // multicast
  ['240.0.0.0', 4], // reserved, broadcast
]
/** All of the internet's IPv6 is in here: what maps, translates or is local lies outside… */
const GLOBAL_IPV6: readonly [network: string, bits: number] = ['2000::', 3]
/** …but for these. */
const SPECIAL_IPV6: ReadonlyArray<[network: string, bits: number]> = [
  ['2001::', 23], // protocol assignments, and Teredo, which holds IPv4 addresses
  ['2001:db8::', 32], // documentation
  ['2002::', 16], // 6to4, which holds IPv4 addresses
  ['3fff::', 20], // documentation
]

const specialIpv4 = listOf(SPECIAL_IPV4, 'ipv4')
const globalIpv6 = listOf([GLOBAL_IPV6], 'ipv6')
const specialIpv6 = listOf(SPECIAL_IPV6, 'ipv6')

/** Whether it is an address of the internet: not private, local, or a wrapping of such a one. */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 4) return !specialIpv4.check(address, 'ipv4')
  return globalIpv6.check(address, 'ipv6') && !specialIpv6.check(address, 'ipv6')
}

function listOf(
  networks: ReadonlyArray<readonly [network: string, bits: number]>,
  family: 'ipv4' | 'ipv6',
): BlockList {
  const list = new BlockList()
  for (const [network, bits] of networks) list.addSubnet(network, bits, family)
  return list
}
