import { isIPv6 } from 'node:net'
import { hostname, type NetworkInterfaceInfo, networkInterfaces } from 'node:os'

/** Networks between this machine and its own containers and virtual machines: nobody else is in them. */
const INNER_INTERFACES =
  /^(docker|br-[0-9a-f]{12}$|veth|virbr|vmnet|vboxnet|lxcbr|lxdbr|podman|cni)/
/** Addresses that no other device can open: this machine's own, and those that need a zone or change by themselves. */
const LOOPBACK = /^(?:.+\.)?localhost$|^127(?:\.\d{1,3}){3}$|^::1$/
const LINK_LOCAL = /^169\.254\.|^fe[89ab][0-9a-f]:/i
/** Private networks, the likeliest at home and at work first. */
const PRIVATE_NETWORKS = [/^192\.168\./, /^10\./, /^172\.(1[6-9]|2\d|3[01])\./]
const EVERYWHERE = ['0.0.0.0', '::']

/** Half of an IPv6 address says the network. */
const NETWORK_GROUPS = 4

/** What `os.networkInterfaces` answers. */
export type Interfaces = NodeJS.Dict<NetworkInterfaceInfo[]>

/** This machine's IPv4 addresses on networks that others are in, the likeliest first. */
export function lanAddresses(interfaces: Interfaces = networkInterfaces()): string[] {
  return Object.entries(interfaces)
    .filter(([name]) => !isInner(name))
    .flatMap(([, addresses]) => addresses ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address)
    .filter(isForOthers)
    .sort((a, b) => rank(a) - rank(b))
}

/** This machine's IPv6 addresses likewise, one of each network; those of networks without the internet first. */
export function lanAddresses6(interfaces: Interfaces = networkInterfaces()): string[] {
  const addresses = Object.entries(interfaces)
    .filter(([name]) => !isInner(name))
    .flatMap(([, addresses]) => addresses ?? [])
    .filter(({ family, internal }) => family === 'IPv6' && !internal)
    .map(({ address }) => address)
    .filter(isForOthers)
  const ofNetworks = new Map(addresses.reverse().map((address) => [networkOf(address), address]))
  return [...ofNetworks.values()].reverse().sort((a, b) => rank6(a) - rank6(b))
}

/** Whether an interface is of a network inside this machine. */
export function isInner(interfaceName: string): boolean {
  return INNER_INTERFACES.test(interfaceName)
}

/** Names by which others on its networks may find this machine: its own, and that of multicast DNS. */
export function hostNames(name = hostname()): string[] {
  const [first = ''] = name.split('.', 1)
  return [...new Set([name, `${first}.local`])]
}

/** Whether who listens there is reached by every address of this machine. */
export function isEverywhere(host: string): boolean {
  return EVERYWHERE.includes(host)
}

/** Whether another device can open an address with that host: neither a wildcard nor of this machine alone. */
export function isForOthers(host: string): boolean {
  return (
    !host.startsWith('*') && !LOOPBACK.test(host) && !LINK_LOCAL.test(host) && !isEverywhere(host)
  )
}

/** Whether it is a name that a device asks its network for, not a name server (multicast DNS). */
export function isMdnsName(host: string): boolean {
  return host.endsWith('.local')
}

/** A host as it stands in a URL. */
export function inUrl(host: string): string {
  return isIPv6(host) ? `[${host}]` : host
}

/** The host of a URL; an IPv6 address without brackets. */
export function hostOfUrl(url: string): string {
  return new URL(url).hostname.replace(/^\[(.*)\]$/, '$1')
}

/** The address by which this machine itself reaches a box that listens there; no slash at the end. */
export function ownUrl(host: string, port: number): string {
  return `http://${inUrl(isEverywhere(host) ? '127.0.0.1' : host)}:${port}`
}

function networkOf(address: string): string {
  const [head = '', tail] = address.split('::')
  const groups = head.split(':')
  const zeros = tail === undefined ? [] : Array(NETWORK_GROUPS).fill('0')
  return [...groups, ...zeros].slice(0, NETWORK_GROUPS).join(':')
}

function rank6(address: string): number {
  return /^f[cd]/i.test(address) ? 0 : 1
}

function rank(address: string): number {
  const index = PRIVATE_NETWORKS.findIndex((network) => network.test(address))
  return index === -1 ? PRIVATE_NETWORKS.length : index
}
