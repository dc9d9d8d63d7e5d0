import { isIPv6 } from 'node:net'

const OWN_ADDRESSES = ['127.0.0.1', '::1']
/** Networks in which each machine has one address or few, unlike those of the internet. */
const LOCAL_IPV6 = /^(?:::1$|f[cd]|fe[89ab])/i
/** A household or a school has all addresses with the same first half (64 bits, in groups of 16). */
const NETWORK_GROUPS = 4
const GROUPS = 8

/**
 * By what a client is counted where limits are per address: its address, or the network for an IPv6 address of the
 * internet, since one machine can have as many of those as it likes. Undefined for programs on the machine of the
 * box: whoever can start them can take all of it anyway (LIMIT10).
 */
export function accountOf(address: string): string | undefined {
  if (OWN_ADDRESSES.includes(address)) return undefined
  if (!isIPv6(address) || LOCAL_IPV6.test(address)) return address
  const [head = '', tail] = address.split('::')
  const before = groupsOf(head)
  const after = tail === undefined ? [] : groupsOf(tail)
  const zeros = Array(Math.max(0, GROUPS - before.length - after.length)).fill('0')
  const network = [...before, ...zeros, ...after].slice(0, NETWORK_GROUPS)
  return `${network.map((group) => parseInt(group, 16).toString(16)).join(':')}::/64`
}

function groupsOf(text: string): string[] {
  return text === '' ? [] : text.split(':')
}
