import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { constraintsWith } from '../../src/tls/constraints.ts'
import { issueCertificate, type KeyPair, makeAuthority } from '../../src/tls/issuer.ts'
import { certificatesIn } from '../../src/tls/pem.ts'
import type { Validity } from '../../src/tls/validity.ts'

const DAY_MS = 86_400_000

/** A certificate with its key, and the authority that issued it. */
export interface SampleCertificate extends KeyPair {
  readonly issuer: KeyPair
}

/** Has an authority that is made for it issue a certificate for these hosts. */
export async function makeCertificate(
  hosts: readonly string[],
  validity: Validity = validityAround(Date.now()),
): Promise<SampleCertificate> {
  const issuer = await makeAuthority('Sample authority', constraintsWith(hosts), validity)
  return { issuer, ...(await issueCertificate(issuer, hosts, validity)) }
}

/** From the day before on. */
export function validityAround(time: number, days = 90): Validity {
  return { notBefore: new Date(time - DAY_MS), notAfter: new Date(time + days * DAY_MS) }
}

/** PEM, of the authority of a box with `BOX_TLS=local-ca`. */
export async function authorityOf({ filesDir }: { readonly filesDir: string }): Promise<string> {
  const text = await readFile(join(filesDir, 'ca/authority.pem'), 'utf8')
  return certificatesIn(text)[0] ?? ''
}
