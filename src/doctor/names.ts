import { isIP } from 'node:net'
import { type Finding, ok, problem, warning } from './finding.ts'

/** What the name server of this machine says. */
export interface NameLook {
  /** a host name, or an address as it is */
  readonly host: string
  /** none: the name is not known here */
  readonly addresses: readonly string[]
}

/** @param own addresses of this machine, the likeliest for others first; undefined: the box is on another one */
export function findingOfName(
  { host, addresses }: NameLook,
  own: readonly string[] | undefined,
): Finding {
  const id = 'name'
  if (isIP(host) > 0) return addressFinding(host, own)
  if (addresses.length === 0) return unknownName(host, own)
  const list = addresses.join(', ')
  if (own === undefined) return ok(id, `${host} leads to ${list}`)
  if (addresses.some((address) => own.includes(address))) {
    return ok(id, `${host} leads to this machine (${list})`)
  }
  if (addresses.every(isLoopback)) {
    return ok(
      id,
      `${host} leads to this machine from here (${list}); others have to know the name, too`,
    )
  }
  return warning(
    id,
    `${host} leads to ${list}, which is not this machine`,
    `Unless a proxy or router there hands on to the box, have your name server or router say ${adviceAddress(own)} for ${host}.`,
  )
}

function addressFinding(host: string, own: readonly string[] | undefined): Finding {
  if (own === undefined || own.includes(host) || isLoopback(host)) {
    return ok(
      'name',
      `${host} is ${own === undefined ? 'an address' : 'an address of this machine'}`,
    )
  }
  return warning(
    'name',
    `${host} is no address of this machine, which has ${own[0] ?? 'none'}`,
    'Unless a proxy or router there hands on to the box, mend the address in BOX_URLS or BOX_HOSTNAMES, and have the router give this machine always the same one.',
  )
}

function unknownName(host: string, own: readonly string[] | undefined): Finding {
  const text = `${host} is not known here: nobody finds the box by it`
  const instead =
    own === undefined
      ? 'use an address (https://192.168.1.20/)'
      : 'take it out of BOX_URLS and BOX_HOSTNAMES'
  if (host.endsWith('.local')) {
    return problem(
      'name',
      text,
      `Names in .local need multicast DNS on the machine of the box and on each device: \`sudo apt install avahi-daemon libnss-mdns\` on Linux; Mac and Windows have it. Or ${instead}.`,
    )
  }
  const entry = own === undefined ? 'the address of the box' : adviceAddress(own)
  return problem(
    'name',
    text,
    `Enter ${host} with ${entry} in your name server or router, or ${instead}.`,
  )
}

/** @param hosts of all addresses that the box greets with @returns undefined if others can come by one of them, or there are none */
export function findingOfLoneliness(hosts: readonly string[]): Finding | undefined {
  const isForOthers = (host: string) => host !== 'localhost' && !isLoopback(host)
  if (hosts.length === 0 || hosts.some(isForOthers)) return undefined
  return warning(
    'name',
    'nobody but this machine can come by the addresses that the box greets with',
    'If others are to come, connect this machine to their network, and leave BOX_HOST at ::; behind a proxy, set BOX_URLS to the address that people use.',
  )
}

function adviceAddress(own: readonly string[]): string {
  return own[0] ?? 'the address of this machine'
}

/** Whether an address is this machine's own, for nobody else. */
export function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1'
}
