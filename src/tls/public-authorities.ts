import { X509Certificate } from 'node:crypto'
import { rootCertificates } from 'node:tls'
import { isIssuedBy } from './pem.ts'

/**
 * Whether browsers trust a certificate as they come: an authority that the box's Node knows vouches for it.
 * @param chain the certificate first, each followed by its issuer
 */
export function isFromPublicAuthority(chain: readonly X509Certificate[]): boolean {
  const last = chain.at(-1)
  if (!last) return false
  return rootCertificates.some((pem) => {
    const root = new X509Certificate(pem)
    // Some bring the root along.
    return root.fingerprint256 === last.fingerprint256 || isIssuedBy(last, root)
  })
}
