import { type Address, hostOf } from './address.ts'
import { authoritiesAt } from './authorities.ts'
import { trustPageOf } from './contexts.ts'
import { examineAddress } from './examine-address.ts'
import type { Section } from './finding.ts'
import { probeName } from './name-probe.ts'
import { findingOfName, isLoopback } from './names.ts'

export interface RemoteOrder {
  readonly address: Address
  /** of the upload */
  readonly bytes: number
  readonly onStep: (what: string) => void
}

/** Looks at a box by one address, from wherever one is. */
export async function examineRemote({ address, bytes, onStep }: RemoteOrder): Promise<Section[]> {
  const { url } = address
  onStep(url.href)
  const look = await probeName(hostOf(url))
  const { title, findings } = await examineAddress({
    ...{ address, bytes, token: undefined, adminFront: undefined, isElsewhere: true },
    authorities: () => authoritiesAt(address),
    trustPage: trustPageOf(address),
    isLocal: look.addresses.some(isLoopback),
    listener: '',
    wallTime: Date.now,
  })
  return [{ title, findings: [findingOfName(look, undefined), ...findings] }]
}
