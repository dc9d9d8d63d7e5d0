import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { hostOf } from './host.ts'

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g
const KEY = /-----BEGIN ([A-Z]+ )?PRIVATE KEY-----[^-]+-----END ([A-Z]+ )?PRIVATE KEY-----/

/** The certificates in a text, in their order, each for itself. */
export function certificatesIn(pem: string): readonly string[] {
  return pem.match(CERTIFICATE) ?? []
}

/** The first private key in a text that needs no password. */
export function keyIn(pem: string): string | undefined {
  return KEY.exec(pem)?.[0]
}

/** Names and addresses that a certificate is for, as `hostOf` has them, and wildcards. */
export function namesOf({ subjectAltName = '' }: X509Certificate): readonly string[] {
  return subjectAltName.split(', ').flatMap((entry) => {
    const [, kind, value = ''] = /^(DNS|IP Address):(.*)$/.exec(entry) ?? []
    if (kind === undefined) return []
    const name = value.startsWith('*.') ? value.toLowerCase() : hostOf(value)
    return name === undefined ? [] : [name]
  })
}

/** Whether the one made the other. */
export function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey)
}

/** Undefined if it is damaged. @param pem of one certificate */
export function parseCertificate(pem: string): X509Certificate | undefined {
  return unlessDamaged(() => new X509Certificate(pem))
}

/** Undefined if it is damaged. @param pem of one key */
export function parseKey(pem: string): KeyObject | undefined {
  return unlessDamaged(() => createPrivateKey(pem))
}

function unlessDamaged<T>(parse: () => T): T | undefined {
  try {
    return parse()
  } catch (error) {
    // What OpenSSL says has a code.
    if (error instanceof Error && 'code' in error) return undefined
    throw error
  }
}
