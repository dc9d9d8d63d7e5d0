import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const SCRIPTS = join(import.meta.dirname, '../../nginx')

/**
 * Runs the script that nginx's container starts with; resolves with the PEM file it leaves in `dir`.
 * @param names as `BOX_CERT_NAMES` has them
 */
export async function makeCertificate(dir: string, names = ''): Promise<string> {
  await runScript('make-certificate.sh', { NGINX_CERTIFICATE_DIR: dir, BOX_CERT_NAMES: names })
  return readFile(join(dir, 'box.pem'), 'utf8')
}

/**
 * Runs the script that decides whether browsers are told to use https only, for the certificate in `dir`;
 * resolves with what it leaves there for nginx to include.
 */
export async function decideHsts(dir: string, env: Record<string, string> = {}): Promise<string> {
  await runScript('decide-hsts.sh', { NGINX_CERTIFICATE_DIR: dir, NGINX_RUN_DIR: dir, ...env })
  return readFile(join(dir, 'hsts.conf'), 'utf8')
}

/** A certificate, and who vouches for it. */
interface IssuedCertificate {
  /** PEM: the certificate, its chain and its key, as nginx wants them */
  readonly pem: string
  /** PEM, of the authority */
  readonly authority: string
}

/** Has an authority that is made for it issue a certificate for localhost. @param dir for its files */
export async function issueCertificate(dir: string, days = 90): Promise<IssuedCertificate> {
  const file = (name: string) => join(dir, name)
  const key = (name: string) => [
    ...['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
    ...['-keyout', file(`${name}.key`), '-out', file(`${name}.crt`)],
  ]
  const signed = (by: string) => ['-CA', file(`${by}.crt`), '-CAkey', file(`${by}.key`)]
  const isAuthority = ['-addext', 'basicConstraints=critical,CA:TRUE']
  const names = ['-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
  const request = (name: string, subject: string, ...more: readonly string[]) =>
    run('openssl', ['req', '-x509', '-subj', subject, ...key(name), ...more])
  await request('root', '/CN=Test authority', ...isAuthority)
  await request('middle', '/CN=Test branch', ...signed('root'), ...isAuthority)
  await request('leaf', '/CN=localhost', ...signed('middle'), ...names, '-days', String(days))
  const parts = ['leaf.crt', 'middle.crt', 'leaf.key'].map((name) => readFile(file(name), 'utf8'))
  const pem = (await Promise.all(parts)).join('')
  return { pem, authority: await readFile(file('root.crt'), 'utf8') }
}

function runScript(name: string, env: Record<string, string>) {
  return run('sh', [join(SCRIPTS, name)], { env: { ...process.env, ...env } })
}
