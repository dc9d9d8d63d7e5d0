import { isIP } from 'node:net'

const USUAL_PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' }
/** `[v6]`, an IPv4 address or a name, with a port or without. */
const ENTRY = /^(?<wildcard>\*\.)?(?<host>\[[^\]]+\]|[^:[\]]+)(?::(?<port>\d+))?$/

/** A host that may be called. */
export interface AllowedHost {
  /** as in URLs: lower case, IPv6 in brackets */
  readonly host: string
  /** undefined: the usual one of http or https */
  readonly port: string | undefined
  /** all names that end in `.<host>` are meant, and not the host itself */
  readonly isWildcard: boolean
}

/** Why a host may be called: it is listed as it is, or a wildcard stands for it. */
type Allowance = 'by name' | 'by wildcard'

/** @throws {Error} whose message completes "must be …" */
export function parseAllowedHosts(text: string): readonly AllowedHost[] {
  const entries = text.split(',').filter((entry) => entry.trim() !== '')
  return entries.map((entry) => {
    const allowed = parseEntry(entry.trim())
    if (allowed) return allowed
    throw new Error('hosts (herald.example, 10.0.0.5:8080, *.example.org), comma-separated')
  })
}

/** How this host and port are listed; undefined: they are not. */
export function allowanceOf(allowed: readonly AllowedHost[], url: URL): Allowance | undefined {
  const { hostname, protocol } = url
  const usual = USUAL_PORTS[protocol]
  const port = url.port || usual
  const forPort = allowed.filter((entry) => port === (entry.port ?? usual))
  if (forPort.some(({ host, isWildcard }) => !isWildcard && host === hostname)) return 'by name'
  const isMeant = ({ host, isWildcard }: AllowedHost) => isWildcard && hostname.endsWith(`.${host}`)
  return forPort.some(isMeant) ? 'by wildcard' : undefined
}

function parseEntry(entry: string): AllowedHost | undefined {
  const { wildcard, host = '', port } = ENTRY.exec(entry)?.groups ?? {}
  const parsed = URL.parse(`http://${host}`)
  const isBareHost = parsed !== null && parsed.href === `http://${parsed.host}/`
  if (!isBareHost || !isPort(port)) return undefined
  const isWildcard = wildcard !== undefined
  const isName = isIP(parsed.hostname) === 0 && !parsed.hostname.startsWith('[')
  if (parsed.hostname.includes('*') || (isWildcard && !isName)) return undefined
  return { host: parsed.hostname, port: port && String(Number(port)), isWildcard }
}

function isPort(text: string | undefined): boolean {
  return text === undefined || (Number(text) >= 1 && Number(text) <= 65_535)
}
