import { BlockList, isIP } from 'node:net'

const NAMED: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.0/8', '::1/128'],
  linklocal: ['169.254.0.0/16', 'fe80::/10'],
  uniquelocal: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
}
/** The networks that addresses of the same house are from (ACCESS2). */
export const LAN: readonly string[] = Object.keys(NAMED)

/** A set of addresses. */
export class Networks {
  readonly #list = new BlockList()

  /** @param entries as {@link parseNetworks} takes them */
  constructor(entries: readonly string[]) {
    for (const entry of entries.flatMap((each) => NAMED[each] ?? [each])) {
      const [address = '', bits] = entry.split('/')
      const family = familyOf(address)
      if (bits === undefined) this.#list.addAddress(address, family)
      else this.#list.addSubnet(address, Number(bits), family)
    }
  }

  /** What is no address is in no network. IPv4 addresses may come as IPv6 ones (`::ffff:10.0.0.1`). */
  includes(address: string): boolean {
    const [plain = ''] = address.split('%', 1)
    return isIP(plain) > 0 && this.#list.check(plain, familyOf(plain))
  }
}

/**
 * Reads addresses, networks and names of networks, comma-separated.
 * @throws {Error} whose message completes "must be …"
 */
export function parseNetworks(text: string): readonly string[] {
  const entries = text === '' ? [] : text.split(',').map((entry) => entry.trim())
  if (entries.every((entry) => Object.hasOwn(NAMED, entry) || isNetwork(entry))) return entries
  throw new Error(`addresses, networks (10.0.0.0/8) or ${LAN.join(', ')}, comma-separated`)
}

/** An address as people write it: no zone, and none that is IPv4 in an IPv6 form. */
export function plainAddress(address: string): string {
  return address.replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.)/i, '')
}

function isNetwork(entry: string): boolean {
  const [address = '', bits = '0', ...rest] = entry.split('/')
  const width = isIP(address) === 6 ? 128 : 32
  const isZoned = address.includes('%')
  return (
    isIP(address) > 0 &&
    !isZoned &&
    rest.length === 0 &&
    /^\d+$/.test(bits) &&
    Number(bits) <= width
  )
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4'
}
