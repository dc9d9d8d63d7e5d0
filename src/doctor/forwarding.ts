import type { Address } from './address.ts'
import { ask } from './ask.ts'
import { type Finding, ok, problem, skipped } from './finding.ts'
import type { Way } from './join-probe.ts'
import { isLoopback } from './names.ts'

/** An address that nobody has (RFC 5737). */
const NOBODY = '203.0.113.7'
const THIS_MACHINE = '127.0.0.1'
const ADMITTED = 200
const REFUSED = 403

/** How the box takes us. */
export interface Seen {
  /** of `/addresses` */
  readonly status: number
  /** the address by which it knows us; "" if it does not tell */
  readonly you: string
}

export interface Forwarding {
  /** as we are */
  readonly plain: Seen
  /** with `X-Forwarded-For` made up: of a stranger if we were admitted, else of the machine of the box */
  readonly spoofed: Seen
  /** that was made up */
  readonly claim: string
}

/** Not from the machine of the box, where programs may say what they like. @param way by which one comes in */
export async function probeForwarding(address: Address, way: Way): Promise<Forwarding> {
  const plain = await seenAs(address, way)
  const claim = plain.status === ADMITTED ? NOBODY : THIS_MACHINE
  return { plain, spoofed: await seenAs(address, { ...way, 'x-forwarded-for': claim }), claim }
}

async function seenAs(address: Address, headers: Way): Promise<Seen> {
  const { status, body } = await ask(address, 'addresses', { headers })
  return { status, you: status === ADMITTED ? youIn(String(body)) : '' }
}

function youIn(body: string): string {
  try {
    const { you } = JSON.parse(body) as { you?: unknown }
    return typeof you === 'string' ? you : ''
  } catch {
    return ''
  }
}

export function findingOfForwarding({ plain, spoofed, claim }: Forwarding): Finding {
  const isKnown = plain.status === REFUSED || (plain.status === ADMITTED && plain.you !== '')
  if (!isKnown) {
    return skipped(
      'forwarded-for',
      `whether anybody can pass for somebody else was not seen: /addresses is ${plain.status}`,
    )
  }
  if (plain.status !== spoofed.status || spoofed.you === claim) {
    return problem(
      'forwarded-for',
      'whoever says so (`X-Forwarded-For`) counts as somebody else: as on the network, or on the machine of the box',
      'Set BOX_TRUSTED_PROXIES to the addresses of your proxies and nothing else, and have the outermost replace the header (nginx: `proxy_set_header X-Forwarded-For $remote_addr;`).',
    )
  }
  if (isLoopback(plain.you)) {
    return problem(
      'forwarded-for',
      'everybody counts as on the machine of the box: the proxy does not say who comes',
      'Have the proxy say it (nginx: `proxy_set_header X-Forwarded-For $remote_addr;`), and name it in BOX_TRUSTED_PROXIES.',
    )
  }
  return ok('forwarded-for', 'nobody can pass for somebody else (`X-Forwarded-For`)')
}
