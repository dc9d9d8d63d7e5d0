import { X509Certificate } from 'node:crypto'
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { TlsBed } from '../../test/support/tls-bed.ts'
import type { TlsOptions } from './options.ts'
import { certificatesIn, isIssuedBy } from './pem.ts'
import type { RunningTls } from './ports.ts'
import { openTls } from './tls.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
const ALWAYS = ['localhost', '127.0.0.1', '::1']

let bed: TlsBed
let opened: RunningTls[]

beforeEach(async () => {
  bed = await TlsBed.open()
  opened = []
})

afterEach(async () => {
  for (const tls of opened) await tls.close()
  expect(bed.clock.pending).toBe(0)
  await bed.close()
})

async function open(some: Partial<TlsOptions> = {}): Promise<RunningTls> {
  const tls = await openTls(bed.options(some))
  opened.push(tls)
  return tls
}

/** Closes the one before, as a restart does. */
async function reopen(some: Partial<TlsOptions> = {}): Promise<RunningTls> {
  await opened.at(-1)?.close()
  return open(some)
}

const untilFor = (host: string) => expect.poll(() => bed.names(), { interval: 5 }).toContain(host)

describe('the authority', () => {
  test('is made once, and kept for its owner alone', async () => {
    const { authority } = await open()
    expect(authority).toMatchObject({
      name: expect.stringMatching(/^Croquet box [0-9A-F]{4}, only for local names$/),
      fingerprint: expect.stringMatching(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/),
    })
    const text = await readFile(bed.path('ca/authority.pem'), 'utf8')
    const [certificate = ''] = certificatesIn(text)
    expect(new X509Certificate(certificate).raw).toEqual(authority?.certificate)
    expect((await stat(bed.path('ca/authority.pem'))).mode & 0o777).toBe(0o600)
    expect((await stat(bed.path('ca'))).mode & 0o777).toBe(0o700)
    expect((await reopen()).authority).toEqual(authority)
    expect(bed.events('authority-made')).toHaveLength(1)
  })

  test('lasts ten years, and is good from long ago, whatever the clock says', async () => {
    bed.clockError = -50 * 365 * DAY_MS
    const { authority } = await open()
    const { validFromDate } = new X509Certificate(authority?.certificate ?? '')
    expect(validFromDate).toEqual(new Date('2020-01-01T00:00:00Z'))
    expect(authority?.notAfter.getUTCFullYear()).toBe(2036)
  })

  test('that is damaged is set aside, and another one made', async () => {
    const before = (await open()).authority
    const path = bed.path('ca/authority.pem')
    await writeFile(path, (await readFile(path, 'utf8')).slice(0, 900))
    const after = (await reopen()).authority
    expect(after?.fingerprint).not.toBe(before?.fingerprint)
    const [damaged] = bed.events('authority-damaged')
    expect(await readFile(String(damaged?.movedTo), 'utf8')).toHaveLength(900)
  })

  test('that cannot vouch for a name of the settings is replaced, which is said', async () => {
    const before = (await open({ hostnames: ['box.local'] })).authority
    const tls = await reopen({ hostnames: ['box.local', 'box.school.example'] })
    expect(tls.authority?.fingerprint).not.toBe(before?.fingerprint)
    expect(tls.names()).toContain('box.school.example')
    expect(bed.events('authority-replaced')).toMatchObject([
      {
        level: 'warn',
        missing: ['box.school.example'],
        movedTo: expect.stringMatching(/replaced/),
      },
    ])
    const kept = (await readdir(bed.path('ca'))).filter((name) => name.includes('.replaced-'))
    expect(kept).toHaveLength(1)
  })

  test('stays when a name goes', async () => {
    const before = (await open({ hostnames: ['box.school.example'] })).authority
    const tls = await reopen()
    expect(tls.authority).toEqual(before)
    expect(tls.names()).toEqual(ALWAYS)
  })

  test('that ends is not replaced: the clock may be wrong. It is said once a day', async () => {
    const before = (await open()).authority
    bed.clockError = 10 * 365 * DAY_MS
    bed.advance(MINUTE_MS)
    bed.advance(DAY_MS - MINUTE_MS)
    expect(bed.events('authority-ends')).toHaveLength(1)
    bed.advance(MINUTE_MS)
    expect(bed.events('authority-ends')).toHaveLength(2)
    expect((await reopen()).authority).toEqual(before)
  })
})

describe('the certificate', () => {
  test('is for this machine, the settings, and nothing that is not local', async () => {
    const hostnames = ['*.school.example', '203.0.113.9']
    const ownHosts = () => ['192.168.1.5', 'laptop', 'laptop.local', '100.64.0.7']
    const tls = await open({ hostnames, ownHosts })
    const names = [...ALWAYS, ...hostnames, '192.168.1.5', 'laptop.local']
    expect(await bed.names()).toEqual(names)
    expect(tls.names()).toEqual(names)
  })

  test('has the IPv6 addresses of this machine from the start, and loses those that are gone', async () => {
    let own = ['192.168.1.5', 'fd12:3456::9']
    const tls = await open({ ownHosts: () => own })
    expect(await bed.names()).toEqual([...ALWAYS, '192.168.1.5', 'fd12:3456::9'])
    tls.noteHost('[fd12:3456::9]')
    own = ['192.168.1.6', 'fd65:4321::9']
    bed.advance(MINUTE_MS)
    await untilFor('fd65:4321::9')
    const names = [...ALWAYS, '192.168.1.5', '192.168.1.6', 'fd65:4321::9']
    expect(await bed.names()).toEqual(names)
    expect(tls.names()).toEqual(names)
  })

  test('does not grow by IPv6 addresses that come and go, nor forgets other hosts for them', async () => {
    let day = 0
    const ownHosts = () => Array.from({ length: 20 }, (_, i) => `fd12:${day}::${i + 1}`)
    const tls = await open({ ownHosts })
    tls.noteHost('box.local')
    bed.advance(1000)
    await untilFor('box.local')
    for (day = 1; day <= 60; day++) {
      bed.advance(MINUTE_MS)
      await untilFor(`fd12:${day}::1`)
    }
    const names = await bed.names()
    expect(names).toContain('box.local')
    expect(names.filter((name) => name.startsWith('fd12:'))).toHaveLength(8)
    expect(names).toHaveLength(ALWAYS.length + 1 + 8)
  })

  test('has no public IPv6 address, for which the authority may not vouch', async () => {
    await open({ ownHosts: () => ['2001:db8::9', 'fd12:3456::9'] })
    expect(await bed.names()).toEqual([...ALWAYS, 'fd12:3456::9'])
  })

  test('is from the authority, for who reads it as its group', async () => {
    const tls = await open()
    const authority = new X509Certificate(tls.authority?.certificate ?? '')
    expect(isIssuedBy(await bed.certificate(), authority)).toBe(true)
    expect((await stat(bed.path('tls/box.pem'))).mode & 0o777).toBe(0o640)
    expect((await stat(bed.path('tls'))).mode & 0o777).toBe(0o750)
    expect(await readdir(bed.path('tls'))).toEqual(['box.pem'])
  })

  test('is good from before now, and for no longer than 397 days', async () => {
    await open()
    const { validFromDate, validToDate } = await bed.certificate()
    expect(validFromDate.getTime()).toBe(bed.wallTime() - 30 * DAY_MS)
    expect((validToDate.getTime() - validFromDate.getTime()) / DAY_MS).toBeLessThanOrEqual(397)
    expect((validToDate.getTime() - bed.wallTime()) / DAY_MS).toBeGreaterThan(365)
  })

  test('outlives a restart', async () => {
    await open()
    const before = await bed.certificate()
    await reopen()
    expect((await bed.certificate()).fingerprint256).toBe(before.fingerprint256)
  })

  test.each([
    ['is renewed after a month', 31 * DAY_MS],
    ['is made anew when the clock was fast', -2 * DAY_MS],
  ])('%s', async (_, clockError) => {
    await open()
    const { serialNumber } = await bed.certificate()
    bed.clockError = clockError
    bed.advance(MINUTE_MS)
    await expect.poll(async () => (await bed.certificate()).serialNumber).not.toBe(serialNumber)
    expect(bed.events('certificate-made').at(-1)?.because).toBe('it is not of the last 30 days')
  })

  test.each([
    ['gone', () => rm(bed.path('tls/box.pem'))],
    ['half written', () => writeFile(bed.path('tls/box.pem'), '-----BEGIN CERTIFICATE-----\nMII')],
  ])('is made anew when it is %s', async (_, spoil) => {
    await open()
    await spoil()
    bed.advance(MINUTE_MS)
    await untilFor('localhost')
  })

  test('of another authority is replaced', async () => {
    await open()
    await rm(bed.path('ca'), { recursive: true })
    const tls = await reopen()
    const authority = new X509Certificate(tls.authority?.certificate ?? '')
    expect(isIssuedBy(await bed.certificate(), authority)).toBe(true)
  })

  test('gets an address that this machine has got within a minute, and keeps the one before', async () => {
    let address = '192.168.1.5'
    await open({ ownHosts: () => [address] })
    address = '10.0.0.9'
    bed.advance(MINUTE_MS)
    await untilFor('10.0.0.9')
    expect(await bed.names()).toContain('192.168.1.5')
  })

  test('is for an address of the settings, however it is written', async () => {
    const ownHosts = () => ['[FD00::5]', 'Box.Local']
    expect((await open({ ownHosts })).names()).toEqual([...ALWAYS, 'box.local', 'fd00::5'])
  })

  test('that cannot be stored at the start stops the box, with what to do', async () => {
    await writeFile(bed.path('tls'), 'no folder')
    await expect(open()).rejects.toThrow('set BOX_TLS_DIR to a folder')
  })

  test('that cannot be stored later is tried again, and the log says so once', async () => {
    const tls = await open()
    await rm(bed.path('tls'), { recursive: true })
    await writeFile(bed.path('tls'), 'no folder')
    for (const _ of [1, 2, 3]) {
      bed.advance(MINUTE_MS)
      await expect.poll(() => bed.events('certificate-failed')).toHaveLength(1)
    }
    await rm(bed.path('tls'))
    bed.advance(MINUTE_MS)
    await untilFor('localhost')
    expect(bed.events('certificate-failed')).toHaveLength(1)
    expect(tls.names()).toEqual(ALWAYS)
  })
})

describe('a host by which somebody came', () => {
  test('gets into the certificate a second later, with others of that second', async () => {
    const tls = await open()
    tls.noteHost('192.168.1.5')
    tls.noteHost('[FD00::5]')
    tls.noteHost('Box.Local')
    expect(bed.clock.pending).toBe(2)
    bed.advance(1000)
    await untilFor('192.168.1.5')
    expect(await bed.names()).toEqual([...ALWAYS, '192.168.1.5', 'fd00::5', 'box.local'])
    await expect
      .poll(() => bed.events('certificate-made').at(-1)?.because)
      .toBe('there are new names')
  })

  test('is remembered', async () => {
    const tls = await open()
    tls.noteHost('box.local')
    bed.advance(1000)
    await untilFor('box.local')
    expect((await reopen()).names()).toContain('box.local')
  })

  test('is no news when it is known, or covered', async () => {
    const tls = await open({ hostnames: ['*.school.example'] })
    for (const host of [...ALWAYS, '[::1]', 'LOCALHOST', 'a.school.example']) tls.noteHost(host)
    expect(bed.clock.pending).toBe(1)
  })

  test.each(['example.org', '8.8.8.8', 'box', 'a/b.local', '', `${'a'.repeat(300)}.local`])(
    '%s is ignored',
    async (host) => {
      const tls = await open()
      tls.noteHost(host)
      expect(bed.clock.pending).toBe(1)
    },
  )
})

test('without TLS there is nothing, and no certificate of before', async () => {
  await open()
  const tls = await reopen({ mode: 'off' })
  expect(await readdir(bed.path('tls'))).toEqual([])
  tls.noteHost('box.local')
  expect(tls).toMatchObject({ mode: 'off', authority: undefined })
  expect(tls.names()).toEqual([])
})
