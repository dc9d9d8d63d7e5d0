import { hostOfUrl, inUrl, isEverywhere, isForOthers, isMdnsName } from './addresses.ts'

/** More are not said at a time. */
const MOST_HOSTS = 12
const MOST_MDNS_NAMES = 2

/** What the settings say of where people find the box. */
export interface AddressSettings {
  readonly host: string
  readonly port: number
  readonly adminPort: number
  /** `BOX_URLS` */
  readonly urls: readonly string[]
  /** `BOX_ADMIN_URL` */
  readonly adminUrl: string | undefined
  /** `BOX_HOSTNAMES` */
  readonly hostnames: readonly string[]
}

/** Hosts by which the box is reached that no setting names, each list with the likeliest first. */
export interface FoundHosts {
  /** that an admin said */
  readonly said?: string | undefined
  /** by which admins came to the dashboard */
  readonly used: readonly string[]
  /** addresses of this machine */
  readonly own: readonly string[]
  /** the box's name by multicast DNS */
  readonly mdns?: string | undefined
}

/** Addresses of the box and of its dashboard, each with a slash at its end, the likeliest first. */
export interface BoxUrls {
  readonly urls: readonly string[]
  readonly adminUrls: readonly string[]
}

/** Why there are no addresses for others: see `Announced`. */
export type Loneliness = 'unknown' | 'own-machine' | 'no-network'

export interface Announced {
  /** that other devices can open */
  readonly others: BoxUrls
  /** that only the machine of the box can open */
  readonly here: BoxUrls
  /**
   * Why `others` has none: `unknown`, the box cannot see its machine's addresses, as in a container; `own-machine`, it
   * listens for its own machine only; `no-network`, the machine is in none. Undefined: it has some.
   */
  readonly lonely: Loneliness | undefined
}

/**
 * The addresses that lead to the box. `BOX_URLS` counts before all else. Where it has addresses of the own machine only,
 * as in a container, they say scheme and port, and the hosts are those that the box was told or was reached by.
 */
export function announcedAddresses(settings: AddressSettings, found: FoundHosts): Announced {
  const { urls, host, port } = settings
  const all = urls.length > 0 ? givenUrls(settings, found) : listenedUrls(settings, found)
  const adminUrls = adminUrlsBeside(all, settings)
  const split = (list: readonly string[], isOthers: boolean) =>
    list.filter((url) => isForOthers(hostOfUrl(url)) === isOthers)
  const others = { urls: split(all, true), adminUrls: split(adminUrls, true) }
  const here = { urls: split(all, false), adminUrls: split(adminUrls, false) }
  const isLonely = others.urls.length === 0
  return { others, here, lonely: isLonely ? lonelinessOf({ urls, host, port }) : undefined }
}

/** The addresses to say where one list is wanted: those for others, or if there are none, the machine's own. */
export function shownUrls({ others, here }: Announced): BoxUrls {
  const pick = (mine: readonly string[], own: readonly string[]) => (mine.length > 0 ? mine : own)
  return {
    urls: pick(others.urls, here.urls),
    adminUrls: pick(others.adminUrls, here.adminUrls),
  }
}

function givenUrls(
  { urls, hostnames }: AddressSettings,
  { said, used, mdns }: FoundHosts,
): readonly string[] {
  const patterns = urls.filter((url) => !isForOthers(hostOfUrl(url)))
  const hosts = bounded([...hostnames, ...listOf(said), ...used, ...listOf(mdns)])
  const made = hosts.flatMap((host) => patterns.map((url) => withHost(url, host)))
  return [...new Set([...urls.filter((url) => !patterns.includes(url)), ...made, ...patterns])]
}

function listenedUrls(
  settings: AddressSettings,
  { said, used, own, mdns }: FoundHosts,
): readonly string[] {
  const { host, port, hostnames } = settings
  const named = [...hostnames, ...listOf(said), ...used]
  const urlOf = (each: string) => `http://${inUrl(each)}:${port}/`
  if (isEverywhere(host)) {
    // In no network no name leads here either.
    const hosts = own.length === 0 ? [] : [...named, ...own, ...listOf(mdns)]
    return [...bounded(hosts), 'localhost'].map(urlOf)
  }
  // Through a name, too, people reach one address only: that of this machine leads no others here.
  const hosts = isForOthers(host) ? bounded([...named, host, ...listOf(mdns)]) : [host]
  return hosts.map(urlOf)
}

function adminUrlsBeside(
  urls: readonly string[],
  { adminPort, adminUrl }: Pick<AddressSettings, 'adminPort' | 'adminUrl'>,
): readonly string[] {
  if (adminUrl !== undefined) return [adminUrl]
  const beside = urls.map((url) => {
    const { protocol, hostname } = new URL(url)
    return new URL(`${protocol}//${hostname}:${adminPort}/`).href
  })
  return [...new Set(beside)]
}

/** Names by multicast DNS stand last: some devices and networks do not know them. */
function bounded(hosts: readonly string[]): readonly string[] {
  const all = [...new Set(hosts.filter(isForOthers))]
  const byMdns = all.filter(isMdnsName).slice(0, MOST_MDNS_NAMES)
  const others = all.filter((host) => !isMdnsName(host))
  return [...others.slice(0, MOST_HOSTS - byMdns.length), ...byMdns]
}

function listOf(host: string | undefined): readonly string[] {
  return host === undefined ? [] : [host]
}

function lonelinessOf({ urls, host }: Pick<AddressSettings, 'urls' | 'host' | 'port'>): Loneliness {
  if (urls.length > 0) return 'unknown'
  return isEverywhere(host) ? 'no-network' : 'own-machine'
}

function withHost(url: string, host: string): string {
  const changed = new URL(url)
  changed.hostname = inUrl(host)
  return changed.href
}
