import type { Config } from '../config.ts'
import { lanAddresses, lanAddresses6 } from '../system/addresses.ts'
import { announcedAddresses } from '../system/announced-addresses.ts'

/** More are not looked at in one run. */
export const MOST_ADDRESSES = 12

/**
 * The addresses that the box greets with, and those that its names make of them, without wildcards.
 * @param hostnames by which people reach the box as well
 */
export function announcedUrls(
  { urls, host, port }: Pick<Config, 'urls' | 'host' | 'port'>,
  hostnames: readonly string[],
): string[] {
  const greeted = urls.length > 0 ? urls : ownUrls(host, port)
  const names = hostnames.filter((name) => !name.startsWith('*.'))
  const named = names.flatMap((name) => greeted.map((url) => withHost(url, name)))
  return [...new Set([...greeted, ...named])]
}

function ownUrls(host: string, port: number): readonly string[] {
  if (port === 0) return []
  const settings = { host, port, urls: [], hostnames: [], adminPort: 0, adminUrl: undefined }
  const { others, here } = announcedAddresses(settings, {
    used: [],
    own: [...lanAddresses(), ...(host === '::' ? lanAddresses6() : [])],
  })
  return [...here.urls, ...others.urls]
}

function withHost(url: string, host: string): string {
  const changed = new URL(url)
  changed.hostname = host.includes(':') ? `[${host}]` : host
  return changed.href
}
