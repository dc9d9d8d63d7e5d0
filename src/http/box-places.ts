import type { Tls } from '../tls/ports.ts'
import { addressBy, hostIn, isFor, isLoopback, publicPorts } from '../trust/box-address.ts'
import type { HttpWay } from '../trust/http-way.ts'

export interface BoxPlacesParts {
  /** that apps are served on */
  readonly port: number
  /** of the dashboard */
  readonly adminPort: number
  /** `BOX_URLS` */
  readonly urls: readonly string[]
  /** `BOX_ADMIN_URL` */
  readonly adminUrl: string | undefined
  readonly tls: Tls
  /** what is done with pages that are opened by http */
  readonly http: HttpWay
}

/**
 * Where the other half of the box is: the dashboard and its API have an origin of their own, so that no app can pass for
 * them or reach them. All URLs end with a slash.
 */
export class BoxPlaces {
  readonly #parts: BoxPlacesParts

  constructor(parts: BoxPlacesParts) {
    this.#parts = parts
  }

  /**
   * The dashboard's.
   * @param publicUrl by which a client has asked for something else
   * @param isByPerson whether somebody opens a page: programs are not led from http to https
   */
  adminUrl(publicUrl: string, isByPerson: boolean): string {
    const { adminUrl, adminPort } = this.#parts
    if (adminUrl !== undefined) return adminUrl
    const { protocol, hostname } = new URL(publicUrl)
    const scheme = isByPerson && this.isForHttps(publicUrl) ? 'https:' : protocol
    return new URL(`${scheme}//${hostname}:${adminPort}/`).href
  }

  /** That of apps and the first page. @param publicUrl by which a client has asked the dashboard */
  appUrl(publicUrl: string): string {
    const { adminUrl, urls, port } = this.#parts
    const { protocol, hostname } = new URL(publicUrl)
    if (adminUrl !== undefined) {
      return urls.find((url) => url.startsWith(protocol)) ?? urls[0] ?? adminUrl
    }
    // By https people come through a proxy, at the usual port unless BOX_URLS has another.
    const isDirect = protocol === 'http:' && urls.length === 0
    const scheme = protocol === 'http:' ? 'http' : 'https'
    const publicPort = isDirect ? port : publicPorts(urls)[scheme]
    return new URL(`${protocol}//${hostname}:${publicPort}/`).href
  }

  /**
   * The box's first page, for who has asked at an app's own origin; undefined: nobody knows its host.
   * @param isOwnHost whether that origin is a host of its own, rather than a port
   */
  firstPageUrl(publicUrl: string, isOwnHost: boolean): string | undefined {
    if (!isOwnHost) return this.appUrl(publicUrl)
    const { protocol, hostname, port } = new URL(publicUrl)
    if (isLoopback(hostname)) return `${protocol}//localhost${port && `:${port}`}/`
    const { urls } = this.#parts
    return urls.find((url) => url.startsWith(protocol)) ?? urls[0]
  }

  /** Whether a page of the dashboard has to be opened by https instead: there people type a password. */
  isForHttps(publicUrl: string): boolean {
    const { tls, http } = this.#parts
    const host = hostIn(publicUrl)
    if (tls.mode === 'off' || http === 'serve' || isLoopback(host)) return false
    if (!publicUrl.startsWith('http:')) return false
    tls.noteHost(host)
    // Whoever gave the box its certificate knows by which names it is reached; by others browsers warn of it.
    return tls.authority !== undefined || isFor(tls.names(), host)
  }

  /**
   * Where a person goes on who has opened a page of the dashboard by http.
   * @param place path and query of the page
   * @returns undefined: they are right there
   */
  secureUrl(publicUrl: string, place: string): string | undefined {
    if (!this.isForHttps(publicUrl)) return undefined
    const { adminPort: port, tls } = this.#parts
    if (!tls.authority) return addressBy('https', publicUrl, { http: port, https: port }) + place
    // The device may not trust the box yet: that page leads back here.
    return `${this.appUrl(publicUrl)}trust/?next=${encodeURIComponent(place)}`
  }
}
