/** How hosted apps get origins of their own (`BOX_APP_ORIGINS`). */
export type OriginRule =
  | { readonly kind: 'shared' }
  | { readonly kind: 'ports'; readonly ports: PortRange }
  | { readonly kind: 'names'; readonly domain: string }

/** Both ends belong to it. */
export interface PortRange {
  readonly first: number
  readonly last: number
}

/** An app of its own origin takes one port: nobody hosts more apps than that. */
const MOST_PORTS = 1000
const HIGHEST_PORT = 65_535
const LONGEST_NAME = 253
const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?'
/** `*.localhost` is for the box's own machine; no other top-level domain can belong to one box. */
const NAMES = new RegExp(`^\\*\\.(localhost|${LABEL}(?:\\.${LABEL})+)$`)
const APP_LABEL = new RegExp(`^${LABEL}$`)

/** @throws {Error} whose message completes "must be …" */
export function parseOriginRule(text: string): OriginRule {
  if (text === '') return { kind: 'shared' }
  const [, first, last] = /^(\d{1,5})-(\d{1,5})$/.exec(text) ?? []
  if (first !== undefined && last !== undefined) {
    return { kind: 'ports', ports: portRange(Number(first), Number(last)) }
  }
  const [, domain] = NAMES.exec(text.toLowerCase()) ?? []
  if (domain !== undefined && domain.length <= LONGEST_NAME) return { kind: 'names', domain }
  throw new Error('a range of ports (9000-9019) or a wildcard name (*.apps.school.example)')
}

function portRange(first: number, last: number): PortRange {
  if (first < 1 || last < first || last > HIGHEST_PORT || last - first >= MOST_PORTS) {
    throw new Error(
      `a range of at most ${MOST_PORTS} ports from 1 to ${HIGHEST_PORT}, the lower one first`,
    )
  }
  return { first, last }
}

export function isInRange({ first, last }: PortRange, port: number): boolean {
  return port >= first && port <= last
}

/** Names for the box's certificate and its known hosts: one wildcard for all apps, or none. */
export function appHostnames(rule: OriginRule): readonly string[] {
  // Browsers take no wildcard for all of localhost; each name gets into the certificate when it is used.
  if (rule.kind !== 'names' || rule.domain === 'localhost') return []
  return [`*.${rule.domain}`]
}

/** What stands before the domain in a host of an app; undefined if the host is none. */
export function labelIn(domain: string, host: string): string | undefined {
  const suffix = `.${domain}`
  const label = host.endsWith(suffix) ? host.slice(0, -suffix.length) : ''
  return APP_LABEL.test(label) ? label : undefined
}

/** Whether an app of that name can have a host of its own. `xn--…` browsers read as an encoding of other letters. */
export function isHostLabel(appName: string): boolean {
  return APP_LABEL.test(appName) && !appName.startsWith('xn--')
}
