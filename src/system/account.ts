import ipaddr from 'ipaddr.js'

const OWN_ADDRESSES = ['127.0.0.1', '::1']
/** Networks in which each machine has one address or few, unlike those of the internet. */
const NEAR = ['loopback', 'uniqueLocal', 'linkLocal']
/** A household or a school has all addresses with the same first half: 64 bits, in groups of 16. */
const NETWORK_GROUPS = 4

/**
 * Who is counted as one where limits are per address: an address, or a network for an IPv6 address of the internet, since
 * one machine can have as many of those as it likes. What is no address is counted as it is.
 */
export function accountOf(address: string): string {
  if (!ipaddr.isValid(address)) return address
  const plain = ipaddr.process(address)
  if (plain instanceof ipaddr.IPv4 || NEAR.includes(plain.range())) return plain.toString()
  const network = plain.parts.slice(0, NETWORK_GROUPS).map((group) => group.toString(16))
  return `${network.join(':')}::/64`
}

/** An IPv4 address as such: a port for both kinds tells it in an IPv6 form (`::ffff:10.0.0.1`). */
export function unmapped(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '')
}

/** Whether it is a program on the machine of the box: whoever can start one can take all of it anyway (LIMIT10). */
export function isOwn(address: string): boolean {
  return OWN_ADDRESSES.includes(unmapped(address))
}
