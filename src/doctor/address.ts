import { connect, isIP, type LookupFunction, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'

const PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 }

/** One by which people reach the box. */
export interface Address {
  /** as they write it; ends with a slash */
  readonly url: URL
  /** where to connect to, which in the box's container is not what the URL says */
  readonly dial: {
    readonly host: string
    readonly port: number
    /** what the host leads to, if nobody else is to be asked that */
    readonly lookup?: LookupFunction
  }
}

/** @param fronts what stands in front of the box, by scheme, if the address cannot be connected to from here */
export function addressOf(url: string, fronts: readonly URL[] = []): Address {
  const { origin, pathname } = new URL(url)
  const whole = new URL(`${origin}${pathname.replace(/\/*$/, '/')}`)
  const front = fronts.find(({ protocol }) => protocol === whole.protocol) ?? whole
  return { url: whole, dial: { host: hostOf(front), port: portOf(front) } }
}

/** The host as certificates and name servers have it: an IPv6 address without brackets. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, '$1')
}

export function portOf({ port, protocol }: URL): number {
  return Number(port) || (PORTS[protocol] ?? 0)
}

/** Connects, and shows interest in nobody's certificate: that is looked at for itself. */
export function openSocket({ url, dial }: Address): Socket {
  if (url.protocol === 'http:') return connect(dial)
  return connectTls({ ...dial, ...tlsNameOf(url), rejectUnauthorized: false })
}

/** The address, if nothing but these addresses is to be connected to, whatever its name leads to by then. */
export function pinned({ url, dial }: Address, addresses: readonly string[]): Address {
  const found = addresses.map((address) => ({ address, family: isIP(address) }))
  const [first] = found
  const lookup: LookupFunction = (_host, { all }, callback) =>
    all ? callback(null, found) : callback(null, first?.address ?? '', first?.family)
  return { url, dial: { ...dial, lookup } }
}

/** What is said to the other side of the name by which one comes. */
export function tlsNameOf(url: URL) {
  const host = hostOf(url)
  return { servername: isIP(host) ? '' : host, ALPNProtocols: ['http/1.1'] }
}
