import type { LookupAddress } from 'node:dns'
import { isIP } from 'node:net'
import { type AllowedHost, allowanceOf } from './allowed-hosts.ts'
import { HeraldError } from './herald-error.ts'
import { isPublicAddress } from './public-address.ts'

/** A longer URL is not called. */
const MAX_URL_LENGTH = 2000

/** All addresses of a name. */
export type Resolve = (hostname: string) => Promise<readonly LookupAddress[]>

/** A herald that may be called, if its addresses may. */
export interface HeraldTarget {
  readonly url: URL
  /** its addresses need not be public */
  readonly isListedByName: boolean
}

/** @throws {HeraldError} if the box may not call it */
export function parseTarget(text: string, allowed: readonly AllowedHost[]): HeraldTarget {
  const url = parseUrl(text)
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password) {
    throw new HeraldError('refused', 'that is no URL of http or https that the box can call')
  }
  const allowance = allowanceOf(allowed, url)
  if (!allowance) throw new HeraldError('refused', 'the owner of the box has not allowed it')
  return { url, isListedByName: allowance === 'by name' }
}

/**
 * The addresses of a target, to be connected to as they are: another lookup might have another answer.
 * @throws {HeraldError} if there is none, or one that may not be called
 */
export async function addressesOf(
  { url, isListedByName }: HeraldTarget,
  resolve: Resolve,
): Promise<readonly LookupAddress[]> {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const family = isIP(host)
  const addresses = family > 0 ? [{ address: host, family }] : await resolve(host)
  if (addresses.length === 0) throw new HeraldError('failed', 'its name is not known here')
  if (!isListedByName && !addresses.every(({ address }) => isPublicAddress(address))) {
    const why = 'its name leads into a private network, and only a wildcard allows it'
    throw new HeraldError('refused', why)
  }
  return addresses
}

/** Which herald a URL means, for people; whatever text it is, this is short. */
export function hostOf(text: string): string {
  return parseUrl(text)?.host || 'without an address'
}

function parseUrl(text: string): URL | null {
  return text.length <= MAX_URL_LENGTH ? URL.parse(text) : null
}
