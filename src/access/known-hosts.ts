import { isIP } from 'node:net'
import { closeReason, type Refusal } from './refusal.ts'

const LONGEST_NAME = 253
/** What stands before a host in a URL, or ends it. */
const NOT_IN_HOSTS = /[\s/?#@\\]/
/** Browsers take all of these for their own machine, without asking DNS. */
const LOCALHOST = /^(?:.+\.)?localhost$/

/** Who asks without a credential. */
export interface Caller {
  /** the client's own address */
  readonly address: string
  /** each `Host` by which the request says that it came, as it was sent */
  readonly hosts: readonly string[]
}

/**
 * What the address alone opens: `network`, what `BOX_ACCESS=lan` lets near devices do; `machine`, what shows how the
 * box is doing.
 */
export type Reach = 'network' | 'machine'

export interface KnownHostsParts {
  /** Whether a name is one of this machine's, or one that the admin gave it. */
  readonly isNamed: (name: string) => boolean
  /** Whether nobody on the internet can own the name. */
  readonly isLocal: (name: string) => boolean
}

/**
 * By which names the box may be asked where nothing but the client's address counts (ACCESS12). A site can have its
 * own name lead to the box (DNS rebinding). Its pages are then the box's own to a browser, and come from the address
 * of whoever opened them; but they cannot hide their name, which the browser sends as `Host`.
 */
export class KnownHosts {
  readonly #parts: KnownHostsParts

  constructor(parts: KnownHostsParts) {
    this.#parts = parts
  }

  /** Why the address of this caller does not count; undefined: it does. */
  refusalFor({ hosts }: Caller, reach: Reach): Refusal | undefined {
    // One that a page made up (X-Forwarded-Host) must not hide the one by which it came: all have to be known.
    const unknown = hosts.find((host) => !this.#isKnown(nameIn(host), reach))
    return unknown === undefined ? undefined : unknownName(nameIn(unknown), reach)
  }

  #isKnown(name: string | undefined, reach: Reach): boolean {
    if (name === undefined) return false
    const { isNamed, isLocal } = this.#parts
    // No name leads to an address that stands there itself.
    if (isIP(name) > 0 || LOCALHOST.test(name) || isNamed(name)) return true
    return reach === 'network' && isLocal(name)
  }
}

/** A host as a browser writes it, without its port: `box.local`, `192.168.1.5`, `fd00::5`; undefined if it is none. */
function nameIn(host: string): string | undefined {
  if (NOT_IN_HOSTS.test(host)) return undefined
  const hostname = URL.parse(`http://${host}`)?.hostname ?? ''
  const name = hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '')
  return name === '' || name.length > LONGEST_NAME ? undefined : name
}

function unknownName(name: string | undefined, reach: Reach): Refusal {
  const [statusCode, page] = [403, 'unknown-name'] as const
  if (name === undefined) {
    const message = 'the request names this box by what is no host name: open it by its address'
    return {
      ...{ statusCode, message, page },
      closeReason: closeReason('This page names the box by what is no host name.'),
      cause: {
        why: 'The request names the box by what is no host name.',
        remedy: 'Open the box by one of its addresses. A proxy before it must pass on a host name.',
      },
    }
  }
  const what =
    reach === 'network'
      ? `this box does not know itself by the name ${name}`
      : `how the box is doing is not shown by the name ${name}`
  const message = `${what}: open it by its address, or have its admin set BOX_HOSTNAMES=${name}`
  return {
    ...{ statusCode, message, page },
    closeReason: closeReason(
      `This box does not know the name ${name}. Its admin can set BOX_HOSTNAMES.`,
      'This box does not know itself by the name of this page. Its admin can set BOX_HOSTNAMES.',
    ),
    cause: {
      why: `The box does not know itself by the name ${name}.`,
      remedy: `If the name is yours, add ${name} to BOX_HOSTNAMES. If not, a foreign site tries to get in.`,
    },
  }
}
