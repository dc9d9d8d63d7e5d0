import { isIP } from 'node:net'
import type { UsedHosts } from './access/used-hosts.ts'
import { isNameLike } from './mdns/mdns-name.ts'
import { isMdnsName, lanAddresses, lanAddresses6 } from './system/addresses.ts'
import {
  type AddressSettings,
  type Announced,
  announcedAddresses,
} from './system/announced-addresses.ts'
import { type DoubtfulName, doubtfulNames, type NamesToCheck } from './system/doubtful-names.ts'
import { hostOf } from './tls/host.ts'

export interface BoxAddressesParts {
  readonly settings: AddressSettings
  readonly usedHosts: Pick<UsedHosts, 'list' | 'note'>
  /** by multicast DNS: the name that the box has now, and the label that it wants; undefined: it asks for none */
  readonly mdns?: { readonly current: string | undefined; readonly base: string } | undefined
  /** this machine's addresses as they are now, the likeliest first */
  readonly ownAddresses?: () => readonly string[]
}

/** Whoever listens at `::` is reached by both kinds of addresses. */
function ownAddressesAt(host: string): readonly string[] {
  return host === '::' ? [...lanAddresses(), ...lanAddresses6()] : lanAddresses()
}

/** The one place that knows the addresses that lead to the box, as things are now: networks come and go while it runs. */
export class BoxAddresses {
  readonly #settings: AddressSettings
  readonly #usedHosts: BoxAddressesParts['usedHosts']
  readonly #mdns: BoxAddressesParts['mdns']
  readonly #ownAddresses: () => readonly string[]
  /** of the settings, that do not seem to lead here */
  #doubtful: readonly string[] = []

  constructor({ settings, usedHosts, mdns, ownAddresses }: BoxAddressesParts) {
    this.#settings = settings
    this.#usedHosts = usedHosts
    this.#mdns = mdns
    this.#ownAddresses = ownAddresses ?? (() => ownAddressesAt(settings.host))
  }

  announced(): Announced {
    const own = this.#ownAddresses()
    const isSeen = this.#settings.urls.length === 0
    // Where the machine's addresses can be seen, one that it has no more leads to another machine, or nowhere.
    const used = this.#usedHosts
      .list()
      .filter((host) => !isSeen || !isIP(host) || own.includes(host))
      .filter((host) => !this.#isLost(host))
    const hostnames = this.#settings.hostnames.filter((name) => !this.#doubtful.includes(name))
    const settings = { ...this.#settings, hostnames }
    return announcedAddresses(settings, { used, own, mdns: this.#mdns?.current })
  }

  /** Whether it is a name that the box had by multicast DNS, which may be another box's by now. */
  #isLost(host: string): boolean {
    if (this.#mdns === undefined || host === this.#mdns.current) return false
    return isNameLike(this.#mdns.base, host)
  }

  /**
   * Looks whether the names of the settings lead here, which a box in a container cannot see. Those that do not seem to
   * are not announced.
   * @returns those that do not seem to
   */
  async checkNames(addressesOf?: NamesToCheck['addressesOf']): Promise<readonly DoubtfulName[]> {
    const { urls, hostnames } = this.#settings
    if (urls.length > 0) return []
    // A machine that does not know multicast DNS itself would not find it.
    const names = hostnames.filter((name) => name !== this.#mdns?.current)
    const doubtful = await doubtfulNames({ names, own: this.#ownAddresses(), addressesOf })
    this.#doubtful = doubtful.map(({ name }) => name)
    return doubtful
  }

  /** Addresses of the box for other devices; no slash at the end. */
  urlsForPhones(): readonly string[] {
    return this.announced().others.urls.map((url) => url.replace(/\/$/, ''))
  }

  /** Its address by its name on its networks (multicast DNS), which is easy to type; no slash at the end. */
  urlByName(): string | undefined {
    return this.urlsForPhones().find((url) => isMdnsName(new URL(url).hostname))
  }

  /** Notes that an admin logged in, which shows that the host leads to the box. @param publicUrl of the dashboard */
  noteLogin(publicUrl: string): void {
    const { hostname, port, protocol, pathname } = new URL(publicUrl)
    const usual = protocol === 'https:' ? '443' : '80'
    // Behind a proxy at another port or path it is not known where apps are.
    if (Number(port || usual) !== this.#settings.adminPort || pathname !== '/') return
    const host = hostOf(hostname)
    if (host !== undefined) this.#usedHosts.note(host)
  }
}
