import { isIPv6 } from 'node:net'

const GROUPS = 8
/** What one line to the internet gets: whoever is behind it has all addresses that begin so. */
const NETWORK_GROUPS = 4
const IPV4_IN_IPV6 = /^::ffff:(?=\d+\.)/i

/**
 * Whom limits per address count together: an IPv4 address is one, of IPv6 all that begin with the same 64
 * bits, of which a client can have as many as it likes.
 */
export function clientNetwork(address: string): string {
  const plain = address.replace(IPV4_IN_IPV6, '')
  if (!isIPv6(plain)) return plain
  const [head = '', tail] = plain.replace(/%.*/, '').split('::')
  const groups = groupsOf(head)
  if (tail !== undefined) {
    const end = groupsOf(tail)
    while (groups.length + end.length < GROUPS) groups.push('0')
    groups.push(...end)
  }
  const network = groups.slice(0, NETWORK_GROUPS).map((group) => Number.parseInt(group, 16))
  return `${network.map((group) => group.toString(16)).join(':')}::/64`
}

function groupsOf(text: string): string[] {
  return text === '' ? [] : text.split(':')
}
