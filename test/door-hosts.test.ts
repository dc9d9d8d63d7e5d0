import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeCertificate } from './support/certificate.ts'
import {
  AS_PERSON,
  DoorBed,
  FILE,
  FOR_EVERYBODY,
  FOR_MONITORS,
  FOR_VISITORS,
  NEIGHBOUR,
  SOCKET,
  STRANGER,
  WAYS,
} from './support/door-bed.ts'
import { probeRaw } from './support/http-probe.ts'

const ATTACKER = 'attacker.example:8888'
/** Each policy, with what it needs to start. */
const POLICIES: Readonly<Record<string, Record<string, string>>> = {
  lan: {},
  open: {},
  passphrase: { BOX_PASSPHRASE: 'let me in, please' },
  invite: {},
  jwt: { BOX_JWT_SECRET: 's'.repeat(32) },
}
const NAMES = {
  BOX_HOSTNAMES: 'box.school.example,*.class.school.example,bücher.example',
  BOX_URLS: 'https://public.school.example:8443/',
}
/** Hosts that a box with these settings knows, and those that it takes for names of the network besides. */
const KNOWN = [
  '127.0.0.1:8888',
  '192.168.1.20',
  '[::1]:8888',
  'localhost:8888',
  'LocalHost.',
  'app.localhost',
  hostname(),
  `${hostname().split('.')[0]?.toUpperCase()}.local:8888`,
  'box.school.example:8888',
  'BOX.school.example.',
  'a.class.school.example',
  'xn--bcher-kva.example',
  'public.school.example',
]
const LOCAL = ['school-server', 'printer.local', 'box.lan', 'box.internal', 'a.home.arpa']
const UNKNOWN = [
  ATTACKER,
  'school.example',
  'b.a.class.school.example',
  'class.school.example',
  `${hostname()}.attacker.example`,
  '127.0.0.1.attacker.example',
  'a!b.attacker.example',
  'localhost@attacker.example',
]
let bed: DoorBed

describe.each(Object.keys(POLICIES))('[ACCESS12] with BOX_ACCESS=%s', (policy) => {
  beforeAll(() => start({ BOX_ACCESS: policy, ...POLICIES[policy], ...NAMES }))
  afterAll(() => bed.stop())

  /** What who brings nothing is answered, asking by this host. */
  const statusesOf = async (host: string) => {
    const statuses: Record<string, number> = {}
    for (const [name, asked] of FOR_VISITORS) {
      statuses[name] = (await bed.ask(asked, { host })).status
    }
    return statuses
  }
  const refused = policy === 'lan' ? 403 : 401

  test.each([...KNOWN, ...LOCAL])('everything is as usual by the name %s', async (host) => {
    const statuses = await statusesOf(host)
    for (const [name, { body }, usual] of FOR_VISITORS) {
      const isRepeated = usual === 201 && body !== undefined && statuses[name] === 200
      const wanted = ['lan', 'open'].includes(policy) ? usual : 401
      expect.soft(isRepeated ? 201 : statuses[name], name).toBe(wanted)
    }
  })

  test.each(UNKNOWN)('the address alone opens nothing by the name %s', async (host) => {
    const statuses = await statusesOf(host)
    if (policy === 'open') expect(Object.values(statuses)).not.toContain(403)
    else expect(new Set(Object.values(statuses))).toEqual(new Set([refused]))
  })

  test.each(FOR_MONITORS)('%s goes by the names of the box alone', async (path) => {
    const statusOf = async (host: string) => (await bed.askAdmin({ path }, { host })).status
    for (const host of KNOWN) expect.soft(await statusOf(host), host).toBe(200)
    for (const host of [...LOCAL, ...UNKNOWN]) expect.soft(await statusOf(host), host).toBe(403)
  })

  test('a link is as good by every name, but shows nobody how the box is doing', async () => {
    const { token } = await bed.invite()
    for (const carry of Object.values(WAYS)) {
      expect((await bed.ask(carry(SOCKET, token), { host: ATTACKER })).status).toBe(101)
      expect((await bed.ask(carry({ path: '/' }, token), { host: ATTACKER })).status).toBe(200)
    }
    const shown = WAYS.bearer({ path: '/sessions' }, token)
    expect((await bed.askAdmin(shown, { host: ATTACKER })).status).toBe(403)
    expect((await bed.askAdmin(shown, { host: 'localhost' })).status).toBe(200)
    const { token: ofMonitor } = await bed.invite({ role: 'monitor' })
    const asked = WAYS.bearer({ path: '/sessions' }, ofMonitor)
    expect((await bed.askAdmin(asked, { host: ATTACKER, ...STRANGER })).status).toBe(200)
  })

  test.each(FOR_EVERYBODY)('everybody may ask %j by every name', async (asked, status) => {
    expect((await bed.ask(asked, { host: ATTACKER })).status).toBe(status)
  })
})

describe('[ACCESS12] a name that the box does not know', () => {
  beforeAll(() => start())
  afterAll(() => bed.stop())

  test('cannot be hidden behind one that it knows', async () => {
    for (const forwarded of ['localhost', '127.0.0.1:8888', 'localhost, 127.0.0.1', '']) {
      const headers = { host: ATTACKER, 'x-forwarded-host': forwarded }
      for (const asked of [{ path: '/' }, SOCKET]) {
        expect((await bed.ask(asked, headers)).status).toBe(403)
      }
      expect((await bed.askAdmin({ path: '/sessions' }, headers)).status).toBe(403)
    }
  })

  test('is looked at where a proxy tells of it', async () => {
    const by = (forwarded: string) =>
      bed.ask(SOCKET, { host: 'upstream', 'x-forwarded-host': forwarded, ...NEIGHBOUR })
    expect((await by('box.local')).status).toBe(101)
    expect((await by('attacker.example')).status).toBe(403)
    expect((await by('attacker.example, box.local')).status).toBe(403)
    expect((await by('box.local, attacker.example')).status).toBe(403)
  })

  test('is refused with a page for people that names what they asked, and no setting', async () => {
    const { status, headers, body } = await bed.ask(
      { path: '/apps/x/' },
      { ...AS_PERSON, host: ATTACKER },
    )
    expect(status).toBe(403)
    expect(headers['content-type']).toBe('text/html; charset=utf-8')
    expect(body).toContain('<code>attacker.example</code>')
    expect(body).not.toContain('BOX_')
    expect(body).not.toContain('{{')
  })

  test('is refused with a sentence for programs and web sockets', async () => {
    const json = await bed.ask({ path: '/' }, { host: ATTACKER })
    expect(JSON.parse(json.body)).toEqual({
      error: 'Forbidden',
      message: expect.stringContaining('BOX_HOSTNAMES=attacker.example'),
    })
    const socket = await bed.ask(SOCKET, { host: ATTACKER })
    expect(socket.headers['content-type']).toBe('text/plain; charset=utf-8')
    expect(socket.body).toContain('BOX_HOSTNAMES=attacker.example')
    const monitor = await bed.askAdmin({ path: '/metrics' }, { host: 'school-server' })
    expect(monitor.body).toContain('BOX_HOSTNAMES=school-server')
  })

  test('is not said where the address is what is wrong', async () => {
    const { body } = await bed.ask({ path: '/' }, { host: ATTACKER, ...STRANGER })
    expect(body).toContain('BOX_ALLOW=203.0.113.9')
    expect(body).not.toContain('BOX_HOSTNAMES')
  })

  test('does not get to the login of admins, nor to what is behind it', async () => {
    for (const path of ['/admin/login', '/api/v1/invites', '/api/v1/openapi.json']) {
      expect.soft((await bed.askAdmin({ path }, { host: ATTACKER })).status, path).toBe(403)
    }
    const login = { method: 'POST', path: '/api/v1/login', body: '{"password":"guess"}' }
    const headers = { host: ATTACKER, 'content-type': 'application/json' }
    expect((await bed.askAdmin(login, headers)).status).toBe(403)
  })

  test('leaves one line in the log, and no file', async () => {
    await bed.ask({ method: 'PUT', path: FILE, body: 'x' }, { host: ATTACKER })
    const lines = bed.logged('turned-away').filter(({ userIp }) => userIp === '127.0.0.1')
    expect(lines).toMatchObject([{ status: 403, reason: expect.any(String) }])
    expect(await readdir(join(bed.filesDir, 'uploads'))).toEqual([])
  })

  test('is not missed by programs that name no host', async () => {
    const sent = (host: string) => `GET / HTTP/1.0\r\n${host}\r\n`
    expect(await probeRaw(bed.box.port, sent(''))).toBe('HTTP/1.1 200 OK')
    expect(await probeRaw(bed.box.port, sent('Host:\r\n'))).toBe('HTTP/1.1 200 OK')
    expect(await probeRaw(bed.box.port, sent(`Host: ${ATTACKER}\r\n`))).toMatch(/ 403 /)
  })
})

test('[ACCESS12] the certificate that the admin provides says by which names the box may be asked', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'door-certificate-'))
  const [certFile, keyFile] = [join(dir, 'cert.pem'), join(dir, 'key.pem')]
  const made = await makeCertificate(['box.town.example', '*.rooms.town.example'])
  await writeFile(certFile, made.certificate)
  await writeFile(keyFile, made.key)
  try {
    await start({
      ...{ BOX_TLS: 'provided', BOX_HTTP: 'serve' },
      ...{ BOX_TLS_CERT_FILE: certFile, BOX_TLS_KEY_FILE: keyFile },
    })
    const ask = (host: string) => bed.ask({ path: '/' }, { host })
    const askMonitor = (host: string) => bed.askAdmin({ path: '/sessions' }, { host })
    for (const asking of [ask, askMonitor]) {
      expect((await asking('box.town.example')).status).toBe(200)
      expect((await asking('a.rooms.town.example')).status).toBe(200)
      expect((await asking('town.example')).status).toBe(403)
    }
    await bed.stop()
  } finally {
    await rm(dir, { recursive: true })
  }
})

async function start(env: Record<string, string> = {}): Promise<void> {
  bed = await DoorBed.start(env)
}
