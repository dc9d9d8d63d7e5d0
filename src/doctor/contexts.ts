import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { signAdminToken } from '../access/box-tokens.ts'
import { readKey } from '../access/key-file.ts'
import { ACCESS_NAME } from '../backup/box-folder.ts'
import { type Address, addressOf, pinned, portOf } from './address.ts'
import { authoritiesIn } from './authorities.ts'
import type { AddressContext } from './examine-address.ts'
import { listenerAt } from './listener-name.ts'
import { isLoopback, type NameLook } from './names.ts'

/** The doctor's token is good for one run (ms). */
const TOKEN_LIFE_MS = 30_000
const WHO = 'the doctor on the machine of the box'

export interface Surroundings {
  /** of the box, absolute */
  readonly dir: string
  /** what stands in front of the box; empty: addresses are connected to as they are */
  readonly fronts: readonly URL[]
  readonly names: ReadonlyMap<string, NameLook>
  /** what stands in front of its dashboard, likewise */
  readonly adminFront: URL | undefined
  /** of the upload */
  readonly bytes: number
}

/** Addresses of this machine, those for itself among them. */
export function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap(
    (each) => each?.map(({ address }) => address) ?? [],
  )
}

/** What is known of addresses by which people reach the box of this machine. */
export async function contextsOf(
  urls: readonly string[],
  surroundings: Surroundings,
): Promise<AddressContext[]> {
  const { dir, fronts, adminFront, bytes } = surroundings
  const token = await tokenOf(dir)
  const authorities = await authoritiesIn(dir)
  const addresses = urls.map((url) => addressOf(url, fronts))
  return Promise.all(
    addresses.map(async (announced) => {
      const { address, isHere, isLocal } = placeOf(announced, surroundings)
      return {
        ...{ address, bytes, isLocal, adminFront, isElsewhere: false },
        // Whoever has it may do everything for its time: another machine is not to see it.
        token: isHere ? token : undefined,
        authorities: async () => authorities,
        trustPage: trustPageOf(address, addresses),
        listener: isHere && fronts.length === 0 ? await listenerAt(portOf(address.url)) : '',
        wallTime: Date.now,
      }
    }),
  )
}

/** The page is there by http, too, which needs no trust. */
export function trustPageOf({ url }: Address, all: readonly Address[] = []): string {
  const plain = all.find(
    (each) => each.url.protocol === 'http:' && each.url.hostname === url.hostname,
  )
  return new URL('trust', (plain ?? { url }).url).href
}

function placeOf(
  address: Address,
  { fronts, names }: Surroundings,
): Pick<AddressContext, 'address' | 'isLocal'> & { readonly isHere: boolean } {
  if (fronts.length > 0) return { address, isHere: true, isLocal: false }
  const own = new Set(ownAddresses())
  const found = names.get(address.dial.host)?.addresses ?? []
  const isHere = found.length > 0 && found.every((each) => own.has(each) || isLoopback(each))
  const isLocal = found.some((each) => isLoopback(each))
  return { address: isHere ? pinned(address, found) : address, isHere, isLocal }
}

/** One that lets in by every policy; undefined: there is no key yet, or this user may not read it. */
async function tokenOf(dir: string): Promise<string | undefined> {
  const key = await readKey(join(dir, ACCESS_NAME)).catch(() => undefined)
  return key && (await signAdminToken(key, WHO, Date.now() + TOKEN_LIFE_MS)).token
}
