import { isIP } from 'node:net'
import { domainToASCII } from 'node:url'

const LONGEST_NAME = 253
const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?'
const NAME = new RegExp(`^${LABEL}(?:\\.${LABEL})*$`)
/** One for all names of a top-level domain would be one for everybody's. */
const WILDCARD = new RegExp(`^\\*(?:\\.${LABEL}){2,}$`)

/** What ends a name in a URL, and is left out with all that follows where one is parsed. */
const NOT_IN_NAMES = /[/?#@:\\]/

const NO_HOSTS =
  'host names and addresses (box.school, *.school.example, 192.168.1.20), comma-separated'

/**
 * A host name or address in the one way in which it is written in certificates here: `box.local`, `192.168.1.5`, `fd00::5`.
 * Undefined if it is none. @param text as in a URL, without a port
 */
export function hostOf(text: string): string | undefined {
  const bare = /^\[(.*)\]$/.exec(text)?.[1] ?? text
  if (isIP(bare) === 4) return bare
  if (isIP(bare) === 6) return ipv6Of(bare)
  if (bare.length > LONGEST_NAME || NOT_IN_NAMES.test(bare)) return undefined
  const name = domainToASCII(bare).replace(/\.$/, '')
  // Browsers take `127.1` for an address, too.
  const isName = NAME.test(name) && name.length <= LONGEST_NAME && isIP(name) === 0
  return isName ? name : undefined
}

/** Whether a certificate for one of these is good for this host. */
export function isCovered(host: string, names: ReadonlySet<string>): boolean {
  return names.has(host) || names.has(host.replace(/^[^.]+/, '*'))
}

/** Names that people may have given, wildcards among them. @throws {Error} completing "BOX_X must be …" */
export function parseHostnames(text: string): readonly string[] {
  const hosts = text
    .split(/[\s,]+/)
    .filter((host) => host !== '')
    .map((host) => {
      const lower = host.toLowerCase()
      const parsed = WILDCARD.test(lower) ? lower : hostOf(host)
      if (parsed === undefined) throw new Error(NO_HOSTS)
      return parsed
    })
  return [...new Set(hosts)]
}

/** None that is good on one machine only, and none that stands for an IPv4 address: in certificates these are two. */
function ipv6Of(address: string): string | undefined {
  if (address.includes('%')) return undefined
  const shortest = new URL(`http://[${address}]`).hostname.slice(1, -1)
  return shortest.startsWith('::ffff:') ? undefined : shortest
}
