import { isIP } from 'node:net'
import { RequestError } from './access/request-error.ts'
import type { UsedHosts } from './access/used-hosts.ts'
import { isNameLike } from './mdns/mdns-name.ts'
import { hostSaid, refused } from './said-address.ts'
import {
  hostOfUrl,
  isEverywhere,
  isForOthers,
  isMdnsName,
  lanAddresses,
  lanAddresses6,
} from './system/addresses.ts'
import {
  type AddressSettings,
  type Announced,
  announcedAddresses,
} from './system/announced-addresses.ts'
import {
  type DoubtfulName,
  doubtfulNames,
  doubtOfAddress,
  type NamesToCheck,
} from './system/doubtful-names.ts'
import { hostOf } from './tls/host.ts'

export interface BoxAddressesParts {
  readonly settings: AddressSettings
  readonly usedHosts: Pick<UsedHosts, 'list' | 'note' | 'said' | 'say'>
  /** the box's own certificate, in which hosts are to be by which people come */
  readonly certificate?: {
    readonly mayName: (host: string) => boolean
    readonly noteHost: (host: string) => void
  }
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
  readonly #certificate: BoxAddressesParts['certificate']
  readonly #mdns: BoxAddressesParts['mdns']
  readonly #ownAddresses: () => readonly string[]
  /** of the settings, that do not seem to lead here */
  #doubtful: readonly string[] = []

  constructor({ settings, usedHosts, certificate, mdns, ownAddresses }: BoxAddressesParts) {
    this.#settings = settings
    this.#usedHosts = usedHosts
    this.#certificate = certificate
    this.#mdns = mdns
    this.#ownAddresses = ownAddresses ?? (() => ownAddressesAt(settings.host))
  }

  announced(): Announced {
    const own = this.#ownAddresses()
    // Where the machine's addresses can be seen, one that it has no more leads to another machine, or nowhere.
    const used = this.#usedHosts
      .list()
      .filter((host) => !this.#isSeen || !isIP(host) || own.includes(host))
      .filter((host) => !this.#isLostName(host))
    const { said } = this
    const isSaid = said !== undefined && !this.#isDoubtful(said, own)
    const hostnames = this.#settings.hostnames.filter((name) => !this.#doubtful.includes(name))
    const settings = { ...this.#settings, hostnames }
    const found = { used, own, said: isSaid ? said : undefined, mdns: this.#mdns?.current }
    return announcedAddresses(settings, found)
  }

  /** By which host others open the box, as an admin said. */
  get said(): string | undefined {
    return this.#usedHosts.said
  }

  /** It counts from now on. @param host that `checkSaid` has answered; undefined: none any more */
  async keepSaid(host: string | undefined): Promise<void> {
    this.#doubtful = this.#doubtful.filter((name) => name !== host)
    await this.#usedHosts.say(host)
    if (host !== undefined) this.#certificate?.noteHost(host)
  }

  /**
   * Takes an admin's word for where others open the box, unless this machine can tell that it is wrong.
   * @param text a host name or address, with a port or as a URL
   * @returns the host; nothing has changed yet
   * @throws {RequestError} with a sentence for that admin
   */
  async checkSaid(text: string, addressesOf?: NamesToCheck['addressesOf']): Promise<string> {
    this.#refuseUnheard()
    const host = hostSaid(text, this.#ports())
    const because = await this.#doubtOf(host, addressesOf)
    if (because !== undefined) throw refused(`${host} ${because}`)
    if (this.#certificate?.mayName(host) ?? true) return host
    throw refused(
      `the box's own certificate cannot be for ${host}: say an address of the network (192.168.1.20) or a name in .local or .lan, or set BOX_HOSTNAMES=${host}`,
    )
  }

  /** Where the settings decide alone, what an admin says would change nothing. */
  #refuseUnheard(): void {
    const { urls, host } = this.#settings
    if (urls.some((url) => isForOthers(hostOfUrl(url)))) {
      throw new RequestError(
        409,
        'BOX_URLS says by which addresses others open this box: change it there',
      )
    }
    if (urls.length === 0 && !isEverywhere(host)) {
      throw new RequestError(
        409,
        `BOX_HOST says that the box is at ${host} only: set it to :: first`,
      )
    }
  }

  async #doubtOf(
    host: string,
    addressesOf: NamesToCheck['addressesOf'],
  ): Promise<string | undefined> {
    const own = this.#ownAddresses()
    // A machine in a container, or in no network yet, cannot tell.
    if (!this.#isSeen || own.length === 0 || host === this.#mdns?.current) return undefined
    if (isIP(host)) return doubtOfAddress(host, own)
    const [doubtful] = await doubtfulNames({ names: [host], own, addressesOf })
    return doubtful?.because
  }

  /** Whether the addresses of the machine can be seen, as they cannot be in a container. */
  get #isSeen(): boolean {
    return this.#settings.urls.length === 0
  }

  /** Where people find the box and its dashboard. */
  #ports(): readonly number[] {
    const { urls, port, adminPort } = this.#settings
    const ofUrls = urls.map((url) => {
      const { protocol, port } = new URL(url)
      return Number(port || (protocol === 'https:' ? '443' : '80'))
    })
    return [...(urls.length > 0 ? ofUrls : [port]), adminPort]
  }

  /** Whether what an admin said does not lead here any more. A public address may be that of a router. */
  #isDoubtful(host: string, own: readonly string[]): boolean {
    if (this.#doubtful.includes(host) || this.#isLostName(host)) return true
    return this.#isSeen && isIP(host) > 0 && doubtOfAddress(host, own) !== undefined
  }

  /** Whether it is a name that the box had by multicast DNS, which may be another box's by now. */
  #isLostName(host: string): boolean {
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
    const given = this.said === undefined ? hostnames : [...hostnames, this.said]
    const names = given.filter((name) => name !== this.#mdns?.current)
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
