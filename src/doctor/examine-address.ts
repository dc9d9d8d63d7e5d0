import type { Address } from './address.ts'
import { findingsOfCertificate } from './certificate.ts'
import { findingOfDate } from './clock.ts'
import { findingOfDashboard, probeDashboard } from './dashboard.ts'
import { type Finding, type Section, skipped } from './finding.ts'
import { findingOfForwarding, probeForwarding } from './forwarding.ts'
import { probeCertificate } from './handshake.ts'
import { findingOfDoor, findingsOfJoin } from './join.ts'
import { visit } from './join-probe.ts'
import { ADDRESS_LIMIT_MS, inTime } from './limits.ts'
import { findingOfPage, probePage } from './page.ts'
import { findingOfReach, probeReach } from './reach.ts'
import { reasonOf } from './reason.ts'
import { findingOfUpload } from './upload.ts'
import { probeUpload } from './upload-probe.ts'

/** There is a connection, and no https in it. */
const HANDSHAKE_CODE = /^(EPROTO$|ERR_SSL_)/

/** What is known of an address before it is looked at. */
export interface AddressContext {
  readonly address: Address
  /** of the upload */
  readonly bytes: number
  /** undefined: there is none, or whoever is at that address must not see it */
  readonly token: string | undefined
  /** of the box itself, PEM */
  readonly authorities: () => Promise<readonly string[]>
  /** where devices are told to trust the box */
  readonly trustPage: string
  /** whether a program on the machine of the box is who asks, who may say what it likes of who it is */
  readonly isLocal: boolean
  /** what stands in front of the dashboard; undefined: its address can be connected to as it is */
  readonly adminFront: URL | undefined
  /** who listens at the port of this machine; "" if that is not known */
  readonly listener: string
  /** whether the box is on another machine, with a clock of its own */
  readonly isElsewhere: boolean
  /** ms since 1970 */
  readonly wallTime: () => number
}

/** Looks at all that is to be seen through one address. */
export async function examineAddress(context: AddressContext): Promise<Section> {
  const findings: Finding[] = []
  const note = (...found: readonly Finding[]) => findings.push(...found)
  try {
    await inTime(look(context, note), ADDRESS_LIMIT_MS)
  } catch (error) {
    note(skipped('rest', `the rest was not looked at: ${reasonOf(error)}`))
  }
  // What comes too late is not in it.
  return { title: context.address.url.href, findings: [...findings] }
}

async function look(
  context: AddressContext,
  note: (...findings: readonly Finding[]) => void,
): Promise<void> {
  const { address, token, bytes, isElsewhere, wallTime, listener } = context
  const { reach, answer } = await probeReach(address)
  const isSecure = address.url.protocol === 'https:'
  if (reach.tag === 'none') {
    const isHandshake = isSecure && HANDSHAKE_CODE.test(reach.code ?? '')
    note(...(isHandshake ? await certificate(context) : [findingOfReach(reach, address, listener)]))
    return
  }
  note(findingOfReach(reach, address, listener))
  if (isSecure) note(...(await certificate(context)))
  if (reach.tag !== 'box') return
  const date = isElsewhere ? findingOfDate(answer?.headers.date, wallTime()) : undefined
  if (date) note(date)
  const [dashboard, { way, join, shut }] = await Promise.all([
    probeDashboard(address, context.adminFront),
    visit(address, token),
  ])
  note(findingOfDashboard(dashboard))
  if (shut) note(findingOfDoor(shut))
  note(findingOfPage(await probePage(address, way)), ...findingsOfJoin(join, address))
  if (join.tag === 'joined') note(findingOfUpload(await probeUpload(address, way, bytes)))
  if (!context.isLocal) note(findingOfForwarding(await probeForwarding(address, way)))
}

async function certificate(context: AddressContext): Promise<Finding[]> {
  const { address, authorities, trustPage, wallTime } = context
  const shown = await probeCertificate(address, await authorities())
  return findingsOfCertificate(shown, { url: address.url, trustPage }, wallTime())
}
