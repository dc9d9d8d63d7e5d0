import type { Address } from './address.ts'
import { ask } from './ask.ts'
import { type Finding, ok, problem, skipped } from './finding.ts'

/** An address that nobody has (RFC 5737). */
const NOBODY = '203.0.113.7'
const THIS_MACHINE = '127.0.0.1'
const ADMITTED = 200
const REFUSED = 403

/** Whether the box may tell us how it is doing, which depends on the address by which it knows us. */
export interface Forwarding {
  /** status of `/metrics` as we are */
  readonly plain: number
  /** with `X-Forwarded-For` made up: of a stranger if we were admitted, else of the machine of the box */
  readonly spoofed: number
}

/** Not from the machine of the box, where programs may say what they like. */
export async function probeForwarding(address: Address): Promise<Forwarding> {
  const plain = await statusAs(address, {})
  const claim = plain === ADMITTED ? NOBODY : THIS_MACHINE
  return { plain, spoofed: await statusAs(address, { 'x-forwarded-for': claim }) }
}

async function statusAs(address: Address, headers: Record<string, string>): Promise<number> {
  const { status } = await ask(address, 'metrics', { headers })
  return status
}

/** @param isMonitor whether BOX_MONITORS lets in whoever comes from here; undefined: that is not known */
export function findingOfForwarding(
  { plain, spoofed }: Forwarding,
  isMonitor: boolean | undefined,
): Finding {
  if (plain !== ADMITTED && plain !== REFUSED) {
    return skipped(
      'forwarded-for',
      `whether anybody can pass for somebody else was not seen: /metrics is ${plain}`,
    )
  }
  if ((plain === ADMITTED) !== (spoofed === ADMITTED)) {
    return problem(
      'forwarded-for',
      'whoever says so (`X-Forwarded-For`) counts as somebody else: as on the network, or on the machine of the box',
      'Set BOX_TRUSTED_PROXIES to the addresses of your proxies and nothing else, and have the outermost replace the header (nginx: `proxy_set_header X-Forwarded-For $remote_addr;`).',
    )
  }
  if (plain === ADMITTED && isMonitor === false) {
    return problem(
      'forwarded-for',
      'everybody counts as on the machine of the box, and may see /metrics: the proxy does not say who comes',
      'Have the proxy say it (nginx: `proxy_set_header X-Forwarded-For $remote_addr;`), and name it in BOX_TRUSTED_PROXIES.',
    )
  }
  if (plain === ADMITTED && isMonitor === undefined) {
    return skipped(
      'forwarded-for',
      'this machine may see /metrics: either BOX_MONITORS lets it in, or a proxy does not say who comes',
      'If you did not set BOX_MONITORS, have the proxy say it (nginx: `proxy_set_header X-Forwarded-For $remote_addr;`).',
    )
  }
  return ok('forwarded-for', 'nobody can pass for somebody else (`X-Forwarded-For`)')
}
