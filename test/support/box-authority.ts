import { execFile } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Tls } from '../../src/tls/ports.ts'

const run = promisify(execFile)
const NAME = 'Croquet box of a test'

/** A certificate authority for one test, and what a box with it is made with. */
export interface BoxAuthority {
  /** what the box is told of it */
  readonly tls: Tls
  /** absolute path of its certificate, PEM */
  readonly certificatePath: string
  /** PEM: a certificate for these names, and its key, as nginx wants them */
  readonly pem: string
}

/** @param dir for its files @param names of the box, in its certificate */
export async function createBoxAuthority(
  dir: string,
  names: readonly string[],
): Promise<BoxAuthority> {
  const file = (name: string) => join(dir, name)
  const make = (name: string, subject: string, ...more: readonly string[]) =>
    run('openssl', [
      ...['req', '-x509', '-subj', `/CN=${subject}`, '-days', '90', '-nodes'],
      ...['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'],
      ...['-keyout', file(`${name}.key`), '-out', file(`${name}.crt`), ...more],
    ])
  await make('authority', NAME, '-addext', 'basicConstraints=critical,CA:TRUE')
  const alternatives = names.map((name) => `${/^[\d.]+$/.test(name) ? 'IP' : 'DNS'}:${name}`)
  await make(
    ...(['box', 'box', '-CA', file('authority.crt'), '-CAkey', file('authority.key')] as const),
    ...['-addext', `subjectAltName=${alternatives.join()}`],
    ...['-addext', 'extendedKeyUsage=serverAuth'],
  )
  const certificate = new X509Certificate(await readFile(file('authority.crt')))
  const [box, key] = await Promise.all(
    ['box.crt', 'box.key'].map((name) => readFile(file(name), 'utf8')),
  )
  return {
    tls: localTls(certificate, names),
    certificatePath: file('authority.crt'),
    pem: `${box}${key}`,
  }
}

function localTls(certificate: X509Certificate, names: readonly string[]): Tls {
  return {
    mode: 'local-ca',
    authority: {
      name: NAME,
      certificate: certificate.raw,
      fingerprint: certificate.fingerprint256,
      notAfter: certificate.validToDate,
    },
    names: () => names,
    noteHost() {},
  }
}
