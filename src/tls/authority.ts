import { randomBytes, type X509Certificate } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { readIfThere, replaceFile, setAside } from '../system/durable-file.ts'
import { constraintsWith, isWithin, permits } from './constraints.ts'
import type { KeyPair } from './issuer.ts'
import { certificatesIn, keyIn, parseCertificate, parseKey } from './pem.ts'
import type { Clock, LocalAuthority, Log } from './ports.ts'
import { validityOfAuthority } from './validity.ts'

const NAME = 'authority.pem'
const OWNER_ONLY = 0o700
/** Of the box, in the name of its authority: a person may have to tell two of them apart. */
const ID_BYTES = 2

/** The box's own certificate authority. It is kept for good, since each device has to be told to trust it. */
export interface Authority {
  readonly pair: KeyPair
  readonly x509: X509Certificate
}

export interface AuthorityParts {
  /** of its file; made if it is missing */
  readonly dir: string
  /** what it has to be able to vouch for beside local names, as `parseHostnames` has them */
  readonly hostnames: readonly string[]
  readonly clock: Clock
  readonly log: Log
}

/** The one that is there, or a new one if there is none that can be used. */
export async function openAuthority(parts: AuthorityParts): Promise<Authority> {
  const { dir, clock, log } = parts
  const path = join(dir, NAME)
  const bytes = await readIfThere(path)
  if (!bytes) return make(parts)
  const authority = parse(bytes.toString())
  if (authority) return authority
  const movedTo = await setAside(path, clock.wallTime())
  log.error(
    { scope: 'process', event: 'authority-damaged', path, movedTo },
    'the certificate authority of the box is damaged: a new one is made, which every device has to be told to trust',
  )
  return make(parts)
}

/**
 * The authority itself if it can vouch for all that it has to, else a new one: what it may vouch for cannot be changed, since that
 * is what devices were told to trust.
 */
export async function wideEnough(authority: Authority, parts: AuthorityParts): Promise<Authority> {
  const { dir, hostnames, clock, log } = parts
  const { constraintsOf } = await import('./issuer.ts')
  const constraints = constraintsOf(authority.pair.certificate)
  if (isWithin(constraints, constraintsWith(hostnames))) return authority
  const movedTo = await setAside(join(dir, NAME), clock.wallTime(), 'replaced')
  const missing = hostnames.filter((host) => !permits(constraints, host))
  log.warn(
    { scope: 'process', event: 'authority-replaced', missing, movedTo },
    'the certificate authority of the box cannot vouch for these names: a new one is made, which every device has to be told to trust',
  )
  return make(parts)
}

export function describeAuthority({ x509 }: Authority): LocalAuthority {
  return {
    name: x509.toLegacyObject().subject.CN?.toString() ?? '',
    certificate: x509.raw,
    fingerprint: x509.fingerprint256,
    notAfter: x509.validToDate,
  }
}

async function make({ dir, hostnames, clock, log }: AuthorityParts): Promise<Authority> {
  const id = randomBytes(ID_BYTES).toString('hex').toUpperCase()
  const constraints = constraintsWith(hostnames)
  const { makeAuthority } = await import('./issuer.ts')
  const name = `Croquet box ${id}, only for local names`
  const pair = await makeAuthority(name, constraints, validityOfAuthority(clock.wallTime()))
  await mkdir(dir, { recursive: true, mode: OWNER_ONLY })
  const path = join(dir, NAME)
  const text = `${pair.certificate}\n${pair.key}\n`
  await replaceFile(path, text)
  const authority = parse(text)
  if (!authority) throw new Error(`the certificate authority of the box cannot be read: ${path}`)
  const { fingerprint } = describeAuthority(authority)
  log.notice(
    { scope: 'process', event: 'authority-made', name, fingerprint, path, ...constraints },
    'made a certificate authority for this box',
  )
  return authority
}

/** Undefined if it is no certificate with its key. */
function parse(text: string): Authority | undefined {
  const [certificate] = certificatesIn(text)
  const key = keyIn(text)
  if (certificate === undefined || key === undefined) return undefined
  const x509 = parseCertificate(certificate)
  const privateKey = parseKey(key)
  if (!x509 || !privateKey || !x509.checkPrivateKey(privateKey)) return undefined
  return { pair: { certificate, key }, x509 }
}
