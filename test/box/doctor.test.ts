import { execFile, execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { signAdminToken } from '../../src/access/box-tokens.ts'
import { readKey } from '../../src/access/key-file.ts'
import { loadConfig } from '../../src/config.ts'
import { addressOf } from '../../src/doctor/address.ts'
import { examineAddress } from '../../src/doctor/examine-address.ts'
import { examineBox } from '../../src/doctor/examine-box.ts'
import { examineRemote } from '../../src/doctor/examine-remote.ts'
import type { Finding, Section } from '../../src/doctor/finding.ts'
import { findFreePorts } from '../support/nginx.ts'
import { PLAIN_ENV } from '../support/plain-env.ts'
import { findProgram } from '../support/programs.ts'
import { type Proxies, type ProxyPlan, startProxies } from '../support/proxies.ts'
import { type SampleCertificate, sampleCertificate } from '../support/sample-certificate.ts'
import { startBox, type TestBox } from '../support/start-box.ts'

const DOCTOR = join(import.meta.dirname, '../../scripts/doctor.ts')
/** More than nginx takes by itself. */
const BYTES = 1_500_000
/** A name of the top-level domain that is never known (RFC 6761). */
const UNKNOWN_NAME = 'box.invalid'
/** A port that is never taken by chance. */
const NOBODY_LISTENS = 1

/** Nobody waits longer for the doctor (ms). */
const LONGEST_RUN_MS = 20_000

const bindfs = findProgram('bindfs')
const unmount = findProgram('fusermount3', 'fusermount')
const canMount = bindfs !== undefined && unmount !== undefined && existsSync('/dev/fuse')

const PLANS = {
  well: {},
  'no upgrades': { headers: { Upgrade: '""', Connection: '""' } },
  'no host': { headers: { Host: 'upstream', 'X-Forwarded-Host': undefined } },
  'a port left out': { headers: { Host: '$host', 'X-Forwarded-Host': '$host' } },
  'small bodies': { more: '' },
  'anybody believed': { headers: { 'X-Forwarded-For': '$http_x_forwarded_for' } },
  'a client of its own': { headers: { 'X-Forwarded-For': '192.168.1.30' } },
  'a client left out': { headers: { 'X-Forwarded-For': undefined } },
  'no box behind': { boxPort: NOBODY_LISTENS },
} satisfies Record<string, ProxyPlan>
type SecureName = 'known' | 'another name' | 'ended' | 'self-signed' | 'no scheme'
type ProxyName = keyof typeof PLANS | SecureName

let box: TestBox
let proxies: Proxies<ProxyName>
let known: SampleCertificate

beforeAll(async () => {
  box = await startBox()
  known = await sampleCertificate()
  const foreign = await sampleCertificate({ hosts: ['other.example'] })
  const ended = await sampleCertificate({ days: [-90, -1] })
  const selfSigned = await sampleCertificate({ isSelfSigned: true })
  proxies = await startProxies<ProxyName>(box.port, {
    ...PLANS,
    known: { certificate: known },
    'another name': { certificate: foreign },
    ended: { certificate: ended },
    'self-signed': { certificate: selfSigned },
    'no scheme': { certificate: known, headers: { 'X-Forwarded-Proto': undefined } },
  })
  // Where the box keeps its own authority.
  await mkdir(join(box.filesDir, 'ca'))
  await writeFile(join(box.filesDir, 'ca/authority.pem'), known.authority)
})

afterAll(async () => {
  await proxies?.stop()
  await box?.stop()
})

/** What the doctor says at the machine of the box. */
async function examine(
  env: Readonly<Record<string, string>> = {},
  { fronts = [], hostnames = [] }: { fronts?: readonly URL[]; hostnames?: readonly string[] } = {},
): Promise<Section[]> {
  const config = loadConfig({
    BOX_HOST: '127.0.0.1',
    BOX_PORT: String(box.port),
    BOX_ADMIN_PORT: String(box.adminPort),
    BOX_FILES_DIR: box.filesDir,
    BOX_MAX_VOLUME_PERCENT: '100',
    ...env,
  })
  const adminFront = fronts.length > 0 ? new URL(box.adminUrl) : undefined
  return examineBox({ config, fronts, adminFront, hostnames, bytes: BYTES, onStep: () => {} })
}

function findingsIn(sections: readonly Section[], title: string | RegExp): readonly Finding[] {
  return sections.find((section) => section.title.search(title) >= 0)?.findings ?? []
}

function statusesOf(findings: readonly Finding[]): Record<string, string> {
  // On a machine that is busy messages take longer than they should.
  const isSlow = ({ id, status }: Finding) => id === 'join' && status === 'warning'
  return Object.fromEntries(
    findings.map((finding) => [finding.id, isSlow(finding) ? 'ok' : finding.status]),
  )
}

const WELL = { reach: 'ok', page: 'ok', join: 'ok', address: 'ok', upload: 'ok' }
const SECURE = { 'certificate-name': 'ok', 'certificate-time': 'ok', 'certificate-trust': 'ok' }

describe('each address that the box announces', () => {
  let sections: readonly Section[]

  beforeAll(async () => {
    const urls = Object.entries(proxies.urls).filter(([name]) => !name.startsWith('a client'))
    sections = await examine({ BOX_URLS: urls.map(([, url]) => url).join(',') })
  })

  test('[JOIN13] leaves no session behind, neither running nor stored', async () => {
    const key = await readKey(join(box.filesDir, 'access'))
    if (!key) throw new Error('the box has no key')
    const { token } = await signAdminToken(key, 'a test', Date.now() + LONGEST_RUN_MS)
    const headers = { authorization: `Bearer ${token}` }
    const known = async (path: string) =>
      (await fetch(`${box.adminUrl}/api/v1/${path}`, { headers })).json()
    await expect.poll(() => known('sessions')).toMatchObject({ total: 0 })
    await expect.poll(() => known('parked-sessions')).toEqual({ total: 0, sessions: [] })
    expect(
      box.logLines.filter((line) => line.includes('session forgotten')).length,
    ).toBeGreaterThan(0)
  })

  test('the box itself runs, and its folder is well', () => {
    expect(statusesOf(findingsIn(sections, 'The box'))).toEqual({
      box: 'ok',
      'trusted-proxies': 'ok',
    })
    expect(statusesOf(findingsIn(sections, 'Folder'))).toMatchObject({ 'folder-write': 'ok' })
  })

  test.each<[name: ProxyName, expected: Record<string, string>, text: string]>([
    ['well', WELL, 'join and hear each other'],
    ['known', { ...WELL, ...SECURE }, 'from the authority of this box'],
    [
      'no upgrades',
      { reach: 'ok', page: 'ok', join: 'problem' },
      'web sockets do not come through',
    ],
    ['no host', { ...WELL, address: 'problem' }, 'the proxy does not say the host'],
    ['a port left out', { ...WELL, address: 'problem' }, 'the proxy does not say the port'],
    ['small bodies', { ...WELL, upload: 'problem' }, 'too large for a proxy'],
    ['no box behind', { reach: 'problem' }, 'a proxy answers (502)'],
    [
      'another name',
      { ...WELL, ...SECURE, 'certificate-name': 'problem', 'certificate-trust': 'warning' },
      'is for other.example, not for 127.0.0.1',
    ],
    [
      'ended',
      { ...WELL, ...SECURE, 'certificate-time': 'problem', 'certificate-trust': 'warning' },
      'the certificate ended on',
    ],
    ['self-signed', { ...WELL, ...SECURE, 'certificate-trust': 'warning' }, 'self-signed'],
    ['no scheme', { ...WELL, ...SECURE, address: 'problem' }, 'people come by https'],
  ])('with %s', (name, expected, text) => {
    const findings = findingsIn(sections, `^${proxies.urls[name]}$`)
    // Ticks are late on a machine that is busy.
    const { ticks: _, dashboard, ...statuses } = statusesOf(findings)
    expect(statuses).toEqual(expected)
    expect(dashboard).toBe(dashboardThrough(name))
    expect(findings.map((finding) => finding.text).join('\n')).toContain(text)
  })
})

/** Whether people who come by that proxy are led to where the dashboard is: the box itself serves no https. */
function dashboardThrough(name: ProxyName): string | undefined {
  if (name === 'no box behind') return undefined
  const isSecure = proxies.urls[name].startsWith('https:') && name !== 'no scheme'
  return isSecure || name === 'no host' ? 'problem' : 'ok'
}

describe('a box that is stopped', () => {
  let dir: string
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'box-doctor-'))
  })
  afterAll(() => rm(dir, { recursive: true }))

  const examineStopped = async (env: Record<string, string> = {}) => {
    const [port = 0] = await findFreePorts(1)
    const ports = { BOX_PORT: String(port), BOX_ADMIN_PORT: '0' }
    return examine({ BOX_FILES_DIR: dir, ...ports, ...env })
  }

  test('is no problem', async () => {
    expect(findingsIn(await examineStopped(), 'The box')[0]).toMatchObject({
      status: 'warning',
      text: expect.stringMatching(/^it is stopped; port \d+ is free for it$/),
    })
  })

  test('and whose port somebody else has is named, and who that is', async () => {
    const other = createHttpServer((_request, response) => response.end('something else'))
    other.listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    const sections = await examineStopped({ BOX_PORT: String(port) })
    expect(findingsIn(sections, 'The box')[0]).toMatchObject({
      status: 'problem',
      text: expect.stringMatching(
        `^port ${port} belongs to another program: \\S+ \\(process ${process.pid}\\)$`,
      ),
    })
    other.close()
    other.closeAllConnections()
  })

  test('has a folder on a disk that is too full', async () => {
    const sections = await examineStopped({ BOX_MAX_VOLUME_PERCENT: '1' })
    expect(statusesOf(findingsIn(sections, 'Folder'))).toMatchObject({ disk: 'problem' })
  })

  test.skipIf(!canMount)('has a folder that is read-only, which needs bindfs', async () => {
    const mounted = await mkdtemp(join(tmpdir(), 'box-doctor-mounted-'))
    execFileSync(bindfs ?? '', ['--no-allow-other', '-r', dir, mounted])
    try {
      const sections = await examineStopped({ BOX_FILES_DIR: mounted })
      const found = statusesOf(findingsIn(sections, 'Folder'))
      expect(found).toMatchObject({ 'folder-write': 'problem', volume: 'warning' })
      expect(findingsIn(sections, 'Folder')[0]?.text).toContain('read-only')
    } finally {
      execFileSync(unmount ?? '', ['-u', mounted])
      await rm(mounted, { recursive: true })
    }
  })
})

test.concurrent('addresses where nobody is, nobody ever answers, or no https is spoken', async () => {
  const silent = createServer(() => {})
  silent.listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const { port } = silent.address() as AddressInfo
  const urls = [
    `http://${UNKNOWN_NAME}/`,
    `http://127.0.0.1:${port}/`,
    `https://127.0.0.1:${port}/`,
  ]
  const secureUrl = `https://127.0.0.1:${box.port}/`
  const begin = performance.now()
  const sections = await examine({ BOX_URLS: [...urls, secureUrl].join(',') })
  expect(performance.now() - begin).toBeLessThan(LONGEST_RUN_MS)
  expect(findingsIn(sections, 'Names')[0]).toMatchObject({
    status: 'problem',
    text: expect.stringContaining(`${UNKNOWN_NAME} is not known`),
  })
  for (const url of urls) {
    expect(findingsIn(sections, url)).toMatchObject([{ id: 'reach', status: 'problem' }])
  }
  const [mixedUp] = findingsIn(sections, secureUrl)
  expect(mixedUp).toMatchObject({ id: 'certificate', text: expect.stringContaining('no https') })
  silent.close()
})

test.concurrent('in the container, addresses are tried at what stands in front of the box', async () => {
  const fronts = [new URL(proxies.urls.well), new URL(proxies.urls.known)]
  const urls = 'http://localhost/,https://localhost/'
  const sections = await examine({ BOX_URLS: urls }, { fronts, hostnames: ['box.school'] })
  const plain = statusesOf(findingsIn(sections, '^http://localhost/$'))
  expect(plain).toMatchObject(WELL)
  expect(statusesOf(findingsIn(sections, '^https://localhost/$'))).toMatchObject(SECURE)
  const named = statusesOf(findingsIn(sections, '^https://box.school/$'))
  expect(named).toMatchObject({ ...WELL, 'certificate-name': 'problem' })
  expect(findingsIn(sections, 'Names')).toMatchObject([{ status: 'skipped' }])
})

describe.concurrent('who comes is who the proxy says', () => {
  const from = async (name: ProxyName) => {
    const { findings } = await examineAddress({
      ...{ address: addressOf(proxies.urls[name]), bytes: BYTES, token: undefined },
      ...{ isLocal: false, adminFront: undefined, isElsewhere: false, listener: '' },
      ...{ authorities: async () => [], trustPage: '', wallTime: Date.now },
    })
    return statusesOf(findings)
  }

  test.each<[name: ProxyName, status: string]>([
    ['a client of its own', 'ok'],
    ['anybody believed', 'problem'],
    ['a client left out', 'problem'],
  ])('with %s: %s', async (name, status) => {
    expect(await from(name)).toMatchObject({ ...WELL, 'forwarded-for': status })
  })
})

describe.concurrent('a box that nobody comes into who shows nothing', () => {
  let closed: TestBox
  beforeAll(async () => {
    closed = await startBox({ BOX_ACCESS: 'invite' })
  })
  afterAll(() => closed?.stop())

  test('is tried with a token by the doctor on its machine', async () => {
    const urls = `${closed.url}/`
    const env = { BOX_PORT: `${closed.port}`, BOX_FILES_DIR: closed.filesDir, BOX_URLS: urls }
    const sections = await examine(env)
    const expected = { ...WELL, door: 'ok' }
    expect(statusesOf(findingsIn(sections, urls))).toMatchObject(expected)
  })

  test('is not, by one elsewhere', async () => {
    const address = addressOf(closed.url)
    const [section] = await examineRemote({ address, bytes: BYTES, onStep: () => {} })
    expect(statusesOf(section?.findings ?? [])).toEqual({
      ...{ name: 'ok', reach: 'ok', clock: 'ok', page: 'ok', join: 'skipped', dashboard: 'ok' },
    })
  })

  test('is, by one elsewhere with a token in the address', async () => {
    const key = await readKey(join(closed.filesDir, 'access'))
    if (!key) throw new Error('the box has no key')
    const { token } = await signAdminToken(key, 'test', Date.now() + 60_000)
    const address = addressOf(`${closed.url}/t/${token}/`)
    const [section] = await examineRemote({ address, bytes: BYTES, onStep: () => {} })
    expect(statusesOf(section?.findings ?? [])).toMatchObject(WELL)
  })
})

describe.concurrent('npm run doctor', () => {
  const run = (args: readonly string[], env: Record<string, string> = {}) =>
    promisify(execFile)(process.execPath, [DOCTOR, ...args], {
      env: {
        ...{ ...PLAIN_ENV, BOX_HOST: '127.0.0.1', BOX_PORT: `${box.port}` },
        ...{ BOX_FILES_DIR: box.filesDir, BOX_MAX_VOLUME_PERCENT: '100', ...env },
      },
    })

  test('finds all well, in words, and exits with 0', async () => {
    const { stdout, stderr } = await run(['--megabytes', '1'])
    expect(stdout).toMatch(/\nThe box\n {2}ok {8}it runs at http:\/\/127\.0\.0\.1:\d+\//)
    expect(stdout).not.toContain('problem ')
    expect(stdout).not.toContain('\x1b')
    expect(stderr).toBe('')
  })

  test('finds what is wrong, as JSON, and exits with 1', async () => {
    const failed = run(['--json', proxies.urls['no upgrades']])
    const { code, stdout } = await failed.catch((error) => error)
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({ isWell: false, counts: { problem: 1 } })
  })

  test('begins with a wrong setting', async () => {
    const { code, stdout } = await run([], { BOX_PORT: 'x' }).catch((error) => error)
    expect(code).toBe(1)
    expect(stdout).toMatch(/^Settings\n {2}problem {3}BOX_PORT must be/)
  })

  test.each([[['box']], [['--size']], [['http://a/', 'http://b/']]])(
    'explains itself to who uses it wrongly (%o), and exits with 2',
    async (args) => {
      await expect(run(args)).rejects.toMatchObject({
        code: 2,
        stderr: expect.stringContaining('. How it is used: npm run doctor -- --help'),
      })
    },
  )
})
