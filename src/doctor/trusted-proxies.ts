import { isIP } from 'node:net'
import { Networks } from '../access/networks.ts'
import { type Finding, ok, problem, warning } from './finding.ts'

/** An address that nobody has (RFC 5737). */
const STRANGER = '203.0.113.7'

/**
 * Whether too many are believed to be proxies.
 * @param own addresses of this machine at which others reach the box without a proxy; empty: at none
 */
export function findingOfProxies(trusted: readonly string[], own: readonly string[]): Finding {
  const believed = new Networks(trusted)
  const list = trusted.join(', ') || 'nobody'
  if (believed.includes(STRANGER)) {
    return problem(
      'trusted-proxies',
      `everybody on the internet is believed to be a proxy (BOX_TRUSTED_PROXIES: ${list}), and can pass for anybody`,
      'Set BOX_TRUSTED_PROXIES to the addresses of your proxies and nothing else.',
    )
  }
  if (own.some((address) => isIP(address) === 4 && believed.includes(neighbourOf(address)))) {
    return warning(
      'trusted-proxies',
      `all devices of the network are believed to be proxies (BOX_TRUSTED_PROXIES: ${list}), and can pass for others`,
      'Set BOX_TRUSTED_PROXIES to the addresses of your proxies, or to `loopback` if they are on this machine or there is none.',
    )
  }
  return ok('trusted-proxies', `proxies are believed from: ${list}`)
}

/** Another address of the same network. */
function neighbourOf(address: string): string {
  return address.replace(/\d+$/, (last) => String(Number(last) ^ 1))
}
