/** Ports by which people reach the box. */
export interface PublicPorts {
  readonly http: number
  readonly https: number
}

const USUAL: PublicPorts = { http: 80, https: 443 }

/** @param urls by which people are told to reach the box (`BOX_URLS`); where they say nothing, it is the usual ports */
export function publicPorts(urls: readonly string[]): PublicPorts {
  const portOf = (scheme: keyof PublicPorts) => {
    const url = urls.map((text) => new URL(text)).find(({ protocol }) => protocol === `${scheme}:`)
    return Number(url?.port) || USUAL[scheme]
  }
  return { http: portOf('http'), https: portOf('https') }
}

/**
 * The box by another scheme, at the same host and below the same prefix.
 * @param publicUrl scheme, host and prefix by which it was asked; if that is the scheme, it stays as it is
 */
export function addressBy(
  scheme: keyof PublicPorts,
  publicUrl: string,
  ports: PublicPorts,
): string {
  if (publicUrl.startsWith(`${scheme}:`)) return publicUrl
  const { hostname, pathname } = new URL(publicUrl)
  const port = ports[scheme] === USUAL[scheme] ? '' : `:${ports[scheme]}`
  return `${scheme}://${hostname}${port}${pathname.replace(/\/$/, '')}`
}

/** The host name or address in a URL; an IPv6 address without brackets. */
export function hostIn(url: string): string {
  return new URL(url).hostname.replace(/^\[(.*)\]$/, '$1')
}

/** Whether only the machine of the box can reach that host. Browsers take its pages for secure ones by http, too. */
export function isLoopback(host: string): boolean {
  return /^(.+\.)?localhost$|^127(\.\d{1,3}){3}$|^::1$/.test(host)
}

/** Whether a certificate for these names, some of them perhaps wildcards, is good for a host. */
export function isFor(names: readonly string[], host: string): boolean {
  const parent = host.replace(/^[^.]+/, '*')
  return names.some((name) => [host, parent].includes(name.toLowerCase()))
}
