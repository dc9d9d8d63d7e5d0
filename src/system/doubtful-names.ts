import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { isForOthers } from './addresses.ts'

/** A name server that says nothing is waited for no longer (ms). */
const LOOK_UP_MS = 1000
/** More names are taken as they are. */
const MOST_NAMES = 20
const PRIVATE = /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|f[cd])/i

export interface DoubtfulName {
  readonly name: string
  /** in words, after the name */
  readonly because: string
}

export interface NamesToCheck {
  /** of the settings; addresses and wildcards among them are passed over */
  readonly names: readonly string[]
  /** this machine's addresses */
  readonly own: readonly string[]
  /** all addresses of a name */
  readonly addressesOf?: ((name: string) => Promise<readonly string[]>) | undefined
}

/**
 * Names that do not lead here, as far as this machine can tell: that no name server knows, or that lead to another machine
 * of the network. One that leads to a public address may do so to a router that hands on to this machine.
 */
export async function doubtfulNames(order: NamesToCheck): Promise<readonly DoubtfulName[]> {
  const { names, own, addressesOf = lookUp } = order
  const plain = names.filter((name) => !isIP(name) && isForOthers(name)).slice(0, MOST_NAMES)
  const found = await Promise.all(
    plain.map(async (name) => {
      const because = await Promise.race([doubtOf(name, own, addressesOf), afterAWhile()])
      return because === undefined ? [] : [{ name, because }]
    }),
  )
  return found.flat()
}

/** Why an address of a private network does not lead here. @param own this machine's addresses */
export function doubtOfAddress(address: string, own: readonly string[]): string | undefined {
  if (!PRIVATE.test(address) || own.includes(address)) return undefined
  return `is no address of this machine, which has ${own.join(', ')}`
}

async function doubtOf(
  name: string,
  own: readonly string[],
  addressesOf: (name: string) => Promise<readonly string[]>,
): Promise<string | undefined> {
  try {
    const addresses = await addressesOf(name)
    const isElsewhere = (address: string) => PRIVATE.test(address) && !own.includes(address)
    if (addresses.length === 0 || !addresses.every(isElsewhere)) return undefined
    return `leads to ${addresses.join(', ')}, which is not this machine`
  } catch (error) {
    // Whatever else goes wrong says nothing of the name.
    return (error as NodeJS.ErrnoException).code === 'ENOTFOUND'
      ? 'leads nowhere from here'
      : undefined
  }
}

async function lookUp(name: string): Promise<readonly string[]> {
  return (await lookup(name, { all: true })).map(({ address }) => address)
}

function afterAWhile(): Promise<undefined> {
  return new Promise((resolve) => setTimeout(resolve, LOOK_UP_MS, undefined).unref())
}
