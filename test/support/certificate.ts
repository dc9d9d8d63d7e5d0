import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { certificatesIn } from '../../src/tls/pem.ts'

const run = promisify(execFile)

/** PEM, of the authority of a box with `BOX_TLS=local-ca`. */
export async function authorityOf({ filesDir }: { readonly filesDir: string }): Promise<string> {
  const [certificate = ''] = certificatesIn(
    await readFile(join(filesDir, 'ca/authority.pem'), 'utf8'),
  )
  return certificate
}

/** A certificate, and who vouches for it. All PEM. */
export interface IssuedCertificate {
  /** of the server itself */
  readonly leaf: string
  /** between it and the authority */
  readonly middle: string
  readonly key: string
  readonly authority: string
}

/**
 * Has an authority that is made for it issue a certificate for localhost.
 * @param dir for its files; @param about more options of `openssl req`, for the certificate
 */
export async function issueCertificate(
  dir: string,
  about: readonly string[] = ['-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'],
): Promise<IssuedCertificate> {
  const file = (name: string) => join(dir, name)
  const key = (name: string) => [
    ...['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
    ...['-keyout', file(`${name}.key`), '-out', file(`${name}.crt`)],
  ]
  const signed = (by: string) => ['-CA', file(`${by}.crt`), '-CAkey', file(`${by}.key`)]
  const isAuthority = ['-addext', 'basicConstraints=critical,CA:TRUE']
  const request = (name: string, subject: string, ...more: readonly string[]) =>
    run('openssl', ['req', '-x509', '-subj', subject, ...key(name), ...more])
  await request('root', '/CN=Test authority', ...isAuthority)
  await request('middle', '/CN=Test branch', ...signed('root'), ...isAuthority)
  await request('leaf', '/CN=localhost', ...signed('middle'), ...about)
  const read = (name: string) => readFile(file(name), 'utf8')
  const names = ['leaf.crt', 'middle.crt', 'leaf.key', 'root.crt']
  const [leaf = '', middle = '', leafKey = '', authority = ''] = await Promise.all(names.map(read))
  return { leaf, middle, key: leafKey, authority }
}
