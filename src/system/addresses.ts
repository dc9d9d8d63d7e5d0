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

/** What the settings say of where people find the box. */
export interface AddressSettings {
  readonly host: string
  readonly port: number
  readonly adminPort: number
  /** `BOX_URLS` */
  readonly urls: readonly string[]
  /** `BOX_ADMIN_URL` */
  readonly adminUrl: string | undefined
}

/** Addresses to give to people, each with a slash at its end: of the box, and of its dashboard. */
export function announcedUrls({ host, port, adminPort, urls, adminUrl }: AddressSettings) {
  const withSlash = (all: readonly string[]) => all.map((url) => `${url}/`)
  return {
    urls: urls.length > 0 ? urls : withSlash(boxUrls(host, port)),
    adminUrls: adminUrl ? [adminUrl] : adminUrlsBeside(urls, { host, adminPort }),
  }
}

function adminUrlsBeside(
  urls: readonly string[],
  { host, adminPort }: Pick<AddressSettings, 'host' | 'adminPort'>,
): string[] {
  if (urls.length === 0) return boxUrls(host, adminPort).map((url) => `${url}/`)
  const beside = urls.map((url) => {
    const { protocol, hostname } = new URL(url)
    return new URL(`${protocol}//${hostname}:${adminPort}/`).href
  })
  return [...new Set(beside)]
}

function rank(address: string): number {
  const index = PRIVATE_NETWORKS.findIndex((network) => network.test(address))
  return index === -1 ? PRIVATE_NETWORKS.length : index
}
