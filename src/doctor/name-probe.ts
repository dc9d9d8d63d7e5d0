import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { inTime, LOOK_LIMIT_MS } from './limits.ts'
import type { NameLook } from './names.ts'

/** Asks as every program of this machine does, its hosts file included. */
export async function probeName(host: string): Promise<NameLook> {
  if (isIP(host) > 0) return { host, addresses: [host] }
  try {
    const found = await inTime(lookup(host, { all: true }), LOOK_LIMIT_MS)
    return { host, addresses: [...new Set(found.map(({ address }) => address))] }
  } catch {
    // Whatever the reason: by this name nobody gets anywhere from here.
    return { host, addresses: [] }
  }
}
