import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { issueCertificate, type KeyPair } from '../../src/tls/issuer.ts'
import { certificatesIn, keyIn } from '../../src/tls/pem.ts'
import { openTls } from '../../src/tls/tls.ts'
import { validityAround } from '../support/certificate.ts'
import { TlsBed } from '../support/tls-bed.ts'

const run = promisify(execFile)
const HOSTNAMES = ['*.school.example', '203.0.113.9']
const OWN_HOSTS = ['192.168.1.5', '10.0.0.9', 'fd00::5', 'box.local', 'box.home.arpa']

let bed: TlsBed
let dir: string
let authority: KeyPair
let authorityFile: string

beforeAll(async () => {
  bed = await TlsBed.open()
  dir = await mkdtemp(join(tmpdir(), 'box-openssl-'))
  const clock = { wallTime: () => Date.now() }
  const tls = await openTls(bed.options({ hostnames: HOSTNAMES, ownHosts: () => OWN_HOSTS, clock }))
  await tls.close()
  authorityFile = bed.path('ca/authority.pem')
  const text = await readFile(authorityFile, 'utf8')
  authority = { certificate: certificatesIn(text)[0] ?? '', key: keyIn(text) ?? '' }
})

afterAll(async () => {
  await bed.close()
  await rm(dir, { recursive: true })
})

describe('openssl takes the certificate of the box', () => {
  test.each(['localhost', '127.0.0.1', '::1', ...OWN_HOSTS, '203.0.113.9', 'a.school.example'])(
    'for %s',
    async (host) => {
      expect(await verify(bed.path('tls/box.pem'), host)).toBe('OK')
    },
  )

  test('for no other host', async () => {
    expect(await verify(bed.path('tls/box.pem'), 'other.local')).toMatch('hostname mismatch')
  })
})

describe('if the key of its authority leaked, openssl would refuse a certificate', () => {
  const OUTSIDE = 'permitted subtree violation'

  test.each(['example.org', '*.example.org', 'example', '8.8.8.8', '2001:db8::1', '203.0.113.8'])(
    'for %s',
    async (host) => {
      const certificate = await issue([host])
      expect(await verify(certificate)).toMatch(OUTSIDE)
    },
  )

  test('for a bank beside a local name', async () => {
    const certificate = await issue(['box.local', 'bank.example'])
    expect(await verify(certificate, 'box.local')).toMatch(OUTSIDE)
  })

  test.each([
    ['alone', []],
    ['beside a local address', ['-addext', 'subjectAltName=IP:192.168.1.5']],
  ])('that says its host as of old, %s', async (_, about) => {
    const certificate = await request(['-subj', '/CN=bank.example', ...about])
    expect(await verify(certificate, 'bank.example')).toMatch(OUTSIDE)
  })

  test.each(['smimesign', 'sslclient'])('for anything but servers: %s', async (purpose) => {
    const about = ['-addext', 'subjectAltName=email:head@school.example']
    const certificate = await request(['-subj', '/CN=Head', ...about])
    expect(await verify(certificate, undefined, purpose)).toMatch('unsuitable certificate purpose')
  })

  test('of another authority', async () => {
    const isAuthority = ['-addext', 'basicConstraints=critical,CA:TRUE']
    const middle = await request(['-subj', '/CN=Branch', ...isAuthority], 'middle')
    const pair = {
      certificate: await readFile(middle, 'utf8'),
      key: await readFile(join(dir, 'middle.key'), 'utf8'),
    }
    const certificate = await issue(['box.local'], pair)
    const chained = ['-untrusted', middle]
    expect(await verify(certificate, 'box.local', 'sslserver', chained)).toMatch(
      'path length constraint exceeded',
    )
  })
})

/** A certificate by who has the authority's key, in a file. */
async function issue(hosts: readonly string[], by = authority): Promise<string> {
  const { certificate } = await issueCertificate(by, hosts, validityAround(Date.now()))
  const path = join(dir, 'leaf.pem')
  await writeFile(path, certificate)
  return path
}

/** Likewise, as `openssl req` makes it. */
async function request(about: readonly string[], name = 'leaf'): Promise<string> {
  const path = join(dir, `${name}.pem`)
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  const files = ['-keyout', join(dir, `${name}.key`), '-out', path]
  const signer = ['-CA', authorityFile, '-CAkey', authorityFile]
  await run('openssl', ['req', '-x509', ...key, ...files, ...signer, ...about])
  return path
}

/** "OK", or what openssl has against it. */
async function verify(
  path: string,
  host?: string,
  purpose = 'sslserver',
  more: readonly string[] = [],
): Promise<string> {
  const kind = isIP(host ?? '') ? '-verify_ip' : '-verify_hostname'
  const about = ['-purpose', purpose, ...(host === undefined ? [] : [kind, host]), ...more]
  const trusting = ['-CAfile', authorityFile, '-no-CApath']
  try {
    const { stdout } = await run('openssl', ['verify', ...trusting, ...about, path])
    return stdout.replace(`${path}: `, '').trim()
  } catch (error) {
    return (error as { stderr: string }).stderr
  }
}
