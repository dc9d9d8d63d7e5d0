import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { connect, type DetailedPeerCertificate, getCACertificates, type TLSSocket } from 'node:tls'
import { type Address, tlsNameOf } from './address.ts'
import { ANSWER_LIMIT_MS, inTime } from './limits.ts'
import { reasonOf } from './reason.ts'

/** Who takes the certificate for good without having been told to: everybody, this machine, devices that trust the box, nobody. */
export type Trust = 'everybody' | 'machine' | 'box' | 'nobody'

/** What is shown at an address to who comes by https. */
export type Shown =
  | {
      readonly tag: 'certificate'
      /** as sent, that of the address first */
      readonly chain: readonly X509Certificate[]
      readonly trust: Trust
    }
  /** no connection, or no certificate with its key */
  | { readonly tag: 'failed'; readonly reason: string }

/** What is said of a certificate at the wrong time, whoever it is from. */
const WRONG_TIME = ['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID']

/** @param authorities of the box itself, PEM */
export async function probeCertificate(
  address: Address,
  authorities: readonly string[],
): Promise<Shown> {
  try {
    const { chain } = await shakeHands(address, [])
    const isTrusted = async (known: readonly string[]) => {
      const { verdict } = await shakeHands(address, known)
      if (verdict === undefined) return true
      return WRONG_TIME.includes(verdict) && isFromOneOf(known, chain)
    }
    return { tag: 'certificate', chain, trust: await trustIn(isTrusted, authorities) }
  } catch (error) {
    return { tag: 'failed', reason: reasonOf(error) }
  }
}

async function trustIn(
  isTrusted: (authorities: readonly string[]) => Promise<boolean>,
  ofBox: readonly string[],
): Promise<Trust> {
  const known = getCACertificates('bundled')
  if (await isTrusted(known)) return 'everybody'
  if (ofBox.length > 0 && (await isTrusted(ofBox))) return 'box'
  const here = [...getCACertificates('system'), ...getCACertificates('extra')]
  return (await isTrusted([...known, ...here])) ? 'machine' : 'nobody'
}

/** @returns `verdict`: undefined if one of these authorities vouches for what is shown, else why not */
async function shakeHands(
  { url, dial }: Address,
  authorities: readonly string[],
): Promise<{ chain: X509Certificate[]; verdict: string | undefined }> {
  const socket = connect({
    ...{ ...dial, ...tlsNameOf(url), ca: [...authorities], rejectUnauthorized: false },
    // Which names it is for is looked at for itself.
    checkServerIdentity: () => undefined,
  })
  try {
    await inTime(once(socket, 'secureConnect'), ANSWER_LIMIT_MS)
    const { authorized, authorizationError } = socket
    // Its type says Error; it is a code.
    const verdict = authorized ? undefined : String(authorizationError)
    return { chain: chainOf(socket), verdict }
  } finally {
    socket.on('error', () => socket.destroy())
    socket.destroy()
  }
}

/** Whether one of these authorities issued it, now or ever. */
function isFromOneOf(authorities: readonly string[], chain: readonly X509Certificate[]): boolean {
  const last = chain.at(-1)
  return authorities.some((pem) => {
    const authority = new X509Certificate(pem)
    return last?.checkIssued(authority) && last.verify(authority.publicKey)
  })
}

function chainOf(socket: TLSSocket): X509Certificate[] {
  const chain: X509Certificate[] = []
  let next: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true)
  while (next?.raw && !chain.some(({ raw }) => raw.equals(next?.raw ?? Buffer.alloc(0)))) {
    chain.push(new X509Certificate(next.raw))
    next = next.issuerCertificate
  }
  return chain
}
