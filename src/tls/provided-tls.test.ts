import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { rootCertificates } from 'node:tls'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { TlsBed } from '../../test/support/tls-bed.ts'
import type { RunningTls } from './ports.ts'
import { isFromPublicAuthority } from './public-authorities.ts'
import { openTls } from './tls.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

let bed: TlsBed
let tls: RunningTls | undefined

beforeEach(async () => {
  bed = await TlsBed.open()
})

afterEach(async () => {
  await tls?.close()
  tls = undefined
  expect(bed.clock.pending).toBe(0)
  await bed.close()
})

async function open(): Promise<RunningTls> {
  tls = await openTls(bed.options({ mode: 'provided' }))
  return tls
}

const write = (name: string, text: string) => writeFile(bed.path(name), text)

test('a certificate that is provided is handed to nginx, with its chain and its key', async () => {
  const { certificate, issuer, key } = await bed.makeProvided()
  await bed.provide({ certificate: `${certificate}\n${issuer.certificate}`, key })
  const { mode, authority, names } = await open()
  expect({ mode, authority, names: names.call(tls) }).toEqual({
    mode: 'provided',
    authority: undefined,
    names: ['box.local'],
  })
  const pem = await readFile(bed.path('tls/box.pem'), 'utf8')
  expect(pem.match(/BEGIN [A-Z ]+/g)).toEqual([
    'BEGIN CERTIFICATE',
    'BEGIN CERTIFICATE',
    'BEGIN PRIVATE KEY',
  ])
  expect((await bed.certificate()).checkPrivateKey(createPrivateKey(pem))).toBe(true)
})

test('certificate and key may be in one file, with whatever else is in it', async () => {
  const { certificate, key } = await bed.makeProvided()
  const text = `Bag Attributes\r\n${key}\r\nsubject=x\r\n${certificate}\r\n`
  await bed.provide({ certificate: text, key: text })
  expect((await open()).names()).toEqual(['box.local'])
})

describe('a box does not start, and says what to do, if', () => {
  const cut = (text: string) => text.slice(0, text.length / 2)

  test('there is no certificate', async () => {
    await expect(open()).rejects.toThrow(/there is no .*fullchain\.pem: put .*BOX_TLS_CERT_FILE/)
    expect(await readdir(bed.dir)).toEqual([])
  })

  test('there is no key', async () => {
    const { certificate } = await bed.makeProvided()
    await write('fullchain.pem', certificate)
    await expect(open()).rejects.toThrow(/there is no .*privkey\.pem: put .*BOX_TLS_KEY_FILE/)
  })

  test('a file is a folder', async () => {
    await bed.provide(await bed.makeProvided())
    await rm(bed.path('privkey.pem'))
    const options = bed.options({ mode: 'provided', keyFile: bed.dir })
    await expect(openTls(options)).rejects.toThrow('cannot be read (EISDIR')
  })

  test('the certificate is garbage', async () => {
    const { key } = await bed.makeProvided()
    await bed.provide({ certificate: '\0\x30\x82', key })
    await expect(open()).rejects.toThrow('holds no certificate: it has to be in PEM')
  })

  test.each(['certificate', 'key'] as const)('the %s is half written', async (part) => {
    const pair = await bed.makeProvided()
    await bed.provide({ ...pair, [part]: cut(pair[part]) })
    await expect(open()).rejects.toThrow('is damaged or not complete: copy it anew')
  })

  test('the certificate is not one inside', async () => {
    const { key } = await bed.makeProvided()
    const certificate = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n'
    await bed.provide({ certificate, key })
    await expect(open()).rejects.toThrow('is damaged or not complete')
  })

  test('the chain is half written', async () => {
    const { certificate, issuer, key } = await bed.makeProvided()
    await bed.provide({ certificate: `${certificate}\n${cut(issuer.certificate)}`, key })
    await expect(open()).rejects.toThrow('is damaged or not complete')
  })

  test('the key is missing in its file', async () => {
    const { certificate } = await bed.makeProvided()
    await bed.provide({ certificate, key: certificate })
    await expect(open()).rejects.toThrow('holds no private key')
  })

  test('the key is locked', async () => {
    const { certificate, key } = await bed.makeProvided()
    const locked = createPrivateKey(key).export({
      ...{ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret' },
    })
    await bed.provide({ certificate, key: String(locked) })
    await expect(open()).rejects.toThrow('is locked by a password: unlock it')
  })

  test('the key is that of another certificate', async () => {
    const { certificate } = await bed.makeProvided()
    const { key } = await bed.makeProvided()
    await bed.provide({ certificate, key })
    await expect(open()).rejects.toThrow('is not that of the certificate in')
  })

  test('the chain is in the wrong order', async () => {
    const { certificate, issuer, key } = await bed.makeProvided()
    await bed.provide({ certificate: `${issuer.certificate}\n${certificate}`, key })
    await expect(open()).rejects.toThrow(
      'is in the wrong order: put the certificate of the box first',
    )
  })

  test('the chain is of another certificate', async () => {
    const { certificate, key } = await bed.makeProvided()
    const { issuer } = await bed.makeProvided()
    await bed.provide({ certificate: `${certificate}\n${issuer.certificate}`, key })
    await expect(open()).rejects.toThrow('does not fit together')
  })

  test('the certificate is for no host', async () => {
    const { issuer } = await bed.makeProvided()
    await bed.provide(issuer)
    await expect(open()).rejects.toThrow('is for no host')
  })
})

describe('a box starts, and says what browsers will say, with a certificate that', () => {
  test('has ended', async () => {
    await bed.provide(await bed.makeProvided(90))
    bed.clockError = 91 * DAY_MS
    await open()
    expect(await bed.names()).toEqual(['box.local'])
    expect(bed.events('certificate-out-of-time')).toMatchObject([
      { problem: expect.stringMatching(/ended on 2027-05-30: put a new one there .*2027-05-31/) },
    ])
  })

  test('has not begun, since the clock of the machine is wrong', async () => {
    await bed.provide(await bed.makeProvided())
    bed.clockError = -2 * DAY_MS
    await open()
    expect(bed.events('certificate-out-of-time')).toMatchObject([
      { level: 'error', problem: expect.stringMatching(/begins on 2027-02-28: set the clock/) },
    ])
  })
})

describe('while the box runs', () => {
  const untilFor = (names: readonly string[]) =>
    expect.poll(() => tls?.names(), { interval: 5 }).toEqual(names)

  beforeEach(async () => {
    await bed.provide(await bed.makeProvided(20))
    await open()
  })

  test('a new certificate is taken over within a minute', async () => {
    await bed.provide(await bed.makeProvided(90, ['new.local']))
    bed.advance(MINUTE_MS)
    await untilFor(['new.local'])
    expect(await bed.names()).toEqual(['new.local'])
    expect(bed.events('certificate-taken')).toHaveLength(2)
  })

  test('one that is no good is reported once, and the old one kept until there is a good one', async () => {
    await write('fullchain.pem', 'half')
    for (const _ of [1, 2, 3]) {
      bed.advance(MINUTE_MS)
      await expect.poll(() => bed.events('certificate-refused')).toHaveLength(1)
    }
    expect(await bed.names()).toEqual(['box.local'])
    await bed.provide(await bed.makeProvided(90, ['new.local']))
    bed.advance(MINUTE_MS)
    await untilFor(['new.local'])
    expect(bed.events('certificate-refused')).toMatchObject([
      { level: 'error', problem: expect.stringContaining('holds no certificate') },
    ])
  })

  test('one that has ended is not taken for one that has not', async () => {
    const ended = await bed.makeProvided(1, ['ended.local'])
    bed.advance(2 * DAY_MS)
    await bed.provide(ended)
    bed.advance(MINUTE_MS)
    await expect.poll(() => bed.events('certificate-refused')).toHaveLength(1)
    expect(await bed.names()).toEqual(['box.local'])
  })

  test('its end is said once a day, two weeks ahead', async () => {
    bed.advance(5 * DAY_MS)
    expect(bed.events('certificate-ends')).toEqual([])
    bed.advance(2 * DAY_MS)
    expect(bed.events('certificate-ends')).toMatchObject([
      { level: 'warn', days: 14 },
      { level: 'warn', days: 13 },
    ])
  })
})

describe('a certificate is public', () => {
  const roots = rootCertificates.map((pem) => new X509Certificate(pem))

  test('if an authority that browsers know is at the end of its chain', () => {
    expect(isFromPublicAuthority(roots.slice(0, 1))).toBe(true)
  })

  test('and not if its authority is the own', async () => {
    const { certificate, issuer } = await bed.makeProvided()
    const chain = [certificate, issuer.certificate].map((pem) => new X509Certificate(pem))
    expect(isFromPublicAuthority(chain)).toBe(false)
    expect(isFromPublicAuthority(chain.slice(0, 1))).toBe(false)
    expect(isFromPublicAuthority([])).toBe(false)
  })
})
