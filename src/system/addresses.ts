import { hostname, type NetworkInterfaceInfo, networkInterfaces } from 'node:os'

/** Networks between this machine and its own containers and virtual machines: nobody else is in them. */
const INNER_INTERFACES =
  /^(docker|br-[0-9a-f]{12}$|veth|virbr|vmnet|vboxnet|lxcbr|lxdbr|podman|cni)/
/** Private networks, the likeliest at home and at work first. */
const PRIVATE_NETWORKS = [/^192\.168\./, /^10\./, /^172\.(1[6-9]|2\d|3[01])\./]
const EVERYWHERE = ['0.0.0.0', '::']

/** This machine's IPv4 addresses on networks that others are in, the likeliest first. */
export function lanAddresses(
  interfaces: NodeJS.Dict<NetworkInterfaceInfo[]> = networkInterfaces(),
): string[] {
  return Object.entries(interfaces)
    .filter(([name]) => !INNER_INTERFACES.test(name))
    .flatMap(([, addresses]) => addresses ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address)
    .sort((a, b) => rank(a) - rank(b))
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

/** URLs by which others on its networks reach a box that listens there, the likeliest first; no slash at the end. */
export function networkUrls(host: string, port: number): string[] {
  return isEverywhere(host) ? lanAddresses().map((address) => `http://${address}:${port}`) : []
}

/** Likewise, after the one by which this machine reaches it. */
export function boxUrls(host: string, port: number): string[] {
  const own = isEverywhere(host) ? 'localhost' : host
  return [`http://${own.includes(':') ? `[${own}]` : own}:${port}`, ...networkUrls(host, port)]
}

function rank(address: string): number {
  const index = PRIVATE_NETWORKS.findIndex((network) => network.test(address))
  return index === -1 ? PRIVATE_NETWORKS.length : index
}
