import { createSecretKey } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { SignJWT } from 'jose'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import {
  AS_PERSON,
  DoorBed,
  dataPath,
  FILE,
  FOR_EVERYBODY,
  FOR_MONITORS,
  FOR_VISITORS,
  ID,
  isHealth,
  NEIGHBOUR,
  SAVED,
  SOCKET,
  STRANGER,
  TRICKS,
  WAYS,
} from './support/door-bed.ts'
import type { Probe } from './support/http-probe.ts'
import { joinArgs, RawClients, randomSessionId } from './support/raw-client.ts'

const PASSPHRASE = 'let me in, please'
const SECRET = 's'.repeat(32)
const HOUR_S = 3600
const DATA = 'what an app shares'
const POLICIES: Readonly<Record<string, Record<string, string>>> = {
  lan: {},
  open: {},
  passphrase: { BOX_PASSPHRASE: PASSPHRASE },
  invite: {},
  jwt: { BOX_JWT_SECRET: SECRET },
}
const STRICT = ['passphrase', 'invite', 'jwt']
const CARRIES = Object.entries(WAYS)
const clients = new RawClients()
let bed: DoorBed

describe.each(STRICT)('[ACCESS3] with BOX_ACCESS=%s', (policy) => {
  beforeAll(() => start(policy))
  afterAll(() => bed.stop())

  describe.each(FOR_VISITORS)('nobody gets %s for nothing', (_, asked) => {
    test.each(TRICKS)('asked for %s', async (_, trick) => {
      const answer = await bed.ask({ ...asked, path: trick(asked.path) })
      if (!isHealth(answer)) expect([400, 401]).toContain(answer.status)
    })
  })

  test.each(FOR_EVERYBODY)('everybody may ask %j', async (asked, status) => {
    expect((await bed.ask(asked, STRANGER)).status).toBe(status)
  })

  test('nobody stores anything', async () => {
    expect(await readdir(join(bed.filesDir, 'uploads'))).toEqual([])
  })

  test('[ACCESS9] an address of BOX_MONITORS is all that monitoring takes', async () => {
    for (const path of FOR_MONITORS) {
      expect((await bed.askAdmin({ path })).status).toBe(200)
      expect((await bed.askAdmin({ path }, NEIGHBOUR)).status).toBe(403)
    }
  })
})

describe.each(Object.keys(POLICIES))('[ACCESS5] with BOX_ACCESS=%s', (policy) => {
  beforeAll(() => start(policy))
  afterAll(() => bed.stop())

  describe.each(CARRIES)('a link, brought by %s', (_, carry) => {
    test.each(['participant', 'viewer', 'monitor', 'admin'])(
      'lets a stranger in as %s',
      async (role) => {
        const { token } = await bed.invite({ role })
        for (const [name, asked, status] of FOR_VISITORS) {
          const { status: got } = await bed.ask(carry(asked, token), STRANGER)
          expect.soft(wantedFor(role, asked, status), name).toContain(got)
        }
      },
    )

    test.each(['participant', 'viewer', 'monitor', 'admin'])(
      '[ACCESS9] shows a stranger how the box is doing if the role is one for that: %s',
      async (role) => {
        const { token } = await bed.invite({ role })
        // [ADMIN6] A cookie counts for nothing there.
        const maySee = carry !== WAYS.cookie && ['monitor', 'admin'].includes(role)
        const inApi = carry === WAYS.cookie ? [] : ['/api/v1/invites']
        for (const path of [...FOR_MONITORS, ...inApi]) {
          const { status } = await bed.askAdmin(carry({ path }, token), STRANGER)
          expect.soft(status, path).toBe(maySee ? 200 : 403)
        }
      },
    )

    test.each(Object.keys(BAD_TOKENS))('that is %s lets nobody in', async (what) => {
      const token = await BAD_TOKENS[what]?.(bed)
      for (const [name, asked] of FOR_VISITORS) {
        const probed = carry(asked, token ?? '')
        if (carry === WAYS.cookie) await expectAsWithout(asked, probed)
        else expect.soft((await bed.ask(probed)).status, name).toBe(401)
      }
    })
  })

  test('a link lets in under every prefix, and under no other spelling', async () => {
    const { token } = await bed.invite()
    const statusOf = async (path: string) => (await bed.ask({ path }, STRANGER)).status
    expect(await statusOf(`/team/x/t/${token}${SAVED}`)).toBe(404)
    expect(await statusOf(`/t/${token}/team/x${SAVED}`)).toBe(404)
    expect(await statusOf(`//t/${token}${SAVED}`)).toBe(404)
    for (const path of [
      `/t/${token}/t/${token}${SAVED}`,
      `/t/${token}/t/guess${SAVED}`,
      `/t/guess/t/${token}${SAVED}`,
      `/t/${token}x${SAVED}`,
      `/t/${token.slice(0, -1)}${SAVED}`,
      `/t/${token.toUpperCase()}${SAVED}`,
      `/t/${token}%00${SAVED}`,
      `/t/${token.replace('.', '%2e')}${SAVED}`,
    ]) {
      expect.soft(await statusOf(path), path).toBe(401)
    }
    const asWithout = await statusOf(SAVED)
    for (const path of [`/T/${token}${SAVED}`, `/%74/${token}${SAVED}`, `/t%2f${token}${SAVED}`]) {
      expect.soft(await statusOf(path), path).toBe(asWithout)
    }
    expect([...bed.box.logLines].filter((line) => line.includes(token))).toEqual([])
  })

  test('a page with a link in its address is sent on without it, with a cookie', async () => {
    const { token } = await bed.invite()
    for (const [path, location] of [
      [`/t/${token}/demos/counter/?q=1`, '/demos/counter/?q=1'],
      [`/t/${token}`, '/'],
      [`/t/${token}//evil.example/`, '//evil.example/'],
      [`/team/x/t/${token}/a/b`, '/team/x/a/b'],
    ] as const) {
      const { status, headers } = await bed.ask({ path }, { ...AS_PERSON, ...STRANGER })
      expect(status).toBe(303)
      const url = new URL(headers.location ?? '', `http://box${path}`)
      expect([url.host, url.pathname + url.search]).toEqual(['box', location])
      expect(headers['referrer-policy']).toBe('no-referrer')
      expect(headers['set-cookie']).toEqual([
        expect.stringMatching(
          /^box-access=eyJ[^;]+; Path=\/; Max-Age=3\d{3}; HttpOnly; SameSite=Lax$/,
        ),
      ])
    }
  })

  test('[ACCESS6] a link in the path is good for pages of every origin, a cookie is not', async () => {
    if (policy === 'open') return
    const { token } = await bed.invite()
    const origin = { origin: 'https://evil.example', ...STRANGER }
    for (const asked of [SOCKET, { method: 'PUT', path: FILE, body: 'x' }]) {
      const refused = await bed.ask(WAYS.cookie(asked, token), origin)
      expect(refused).toMatchObject(asked === SOCKET ? { closeCode: 4103 } : { status: 403 })
      const { status, closeCode } = await bed.ask(WAYS.path(asked, token), origin)
      expect([101, 200, 201]).toContain(status)
      expect(closeCode).toBeUndefined()
    }
    const preflight = await bed.ask({ method: 'OPTIONS', path: `/t/${token}${FILE}` }, origin)
    expect(preflight.headers['access-control-allow-origin']).toBe(origin.origin)
    const bearer = await bed.ask(
      { method: 'OPTIONS', path: FILE },
      { ...origin, 'access-control-request-headers': 'authorization' },
    )
    expect(bearer.headers).toMatchObject({
      'access-control-allow-origin': origin.origin,
      'access-control-allow-headers': expect.stringContaining('Authorization'),
    })
  })
})

describe('[ACCESS8] a link for one session', () => {
  beforeAll(() => start('invite'))
  afterAll(() => bed.stop())
  afterEach(() => clients.closeAll())

  test('opens that session, and none other', async () => {
    const { token } = await bed.invite({ sessionId: ID })
    expect((await bed.ask(WAYS.path(SOCKET, token))).status).toBe(101)
    for (const path of [`/reflector/${'J'.repeat(43)}`, '/reflector/', `/reflector/${ID}x`]) {
      expect((await bed.ask(WAYS.path({ ...SOCKET, path }, token))).status).toBe(403)
    }
  })

  test('reads and stores what is of that session and of its app, and nothing else', async () => {
    const sessionId = randomSessionId()
    const [app, persistentId] = ['org.example.app', 'P'.repeat(43)]
    const { token } = await bed.invite({ sessionId })
    const client = await clients.connect(reflectorUrl(token), sessionId)
    const ours = [
      FILE.replace(ID, sessionId),
      dataPath(app, persistentId, DATA),
      `/files/apps/${app}/snap/${ID}/${persistentId}.${sessionId}/0000000001_1.${ID}`,
    ]
    const others = [
      FILE,
      dataPath(app, ID, DATA),
      dataPath('org.other.app', persistentId, DATA),
      `/files/apps/${app}/snap/${ID}/${persistentId}.${ID}/0000000001_1.${ID}`,
      '/files/nothing',
    ]
    const [snapshot = '', data = '', appSnapshot = ''] = ours
    await expectStatus(token, 'PUT', [data], 403)
    await client.join({ appId: app, persistentId })
    // [ROLE8] Which app that is, its holder cannot say.
    await expectStatus(token, 'PUT', [snapshot, appSnapshot], 201)
    await expectStatus(token, 'PUT', [data], 403)
    const { token: all } = await bed.invite()
    await (await clients.connect(reflectorUrl(all), sessionId)).join({ appId: app, persistentId })
    await expectStatus(token, 'PUT', [snapshot, appSnapshot], 200)
    await expectStatus(token, 'PUT', [data], 201)
    await expectStatus(token, 'GET', ours, 200)
    await expectStatus(token, 'PUT', others, 403)
    await expectStatus(token, 'GET', others, 403)
    for (const path of ['/files', '/%66iles', '/files/', '//files']) {
      const form = { method: 'POST', path, body: 'x', headers: { 'content-type': 'x/y' } }
      expect([403, 404]).toContain((await bed.ask(WAYS.bearer(form, token))).status)
    }
  })

  test('for one app reads and stores what is of that app', async () => {
    const [app, persistentId] = ['org.example.app', 'P'.repeat(43)]
    const [sessionId, other] = [randomSessionId(), randomSessionId()]
    const { token } = await bed.invite({ appId: app })
    const { token: all } = await bed.invite()
    await (await clients.connect(reflectorUrl(all), sessionId)).join({ appId: app, persistentId })
    await (await clients.connect(reflectorUrl(all), other)).join({ appId: 'org.other.app' })
    const ours = [FILE.replace(ID, sessionId), dataPath(app, ID, DATA)]
    const others = [FILE.replace(ID, other), FILE, dataPath('org.other.app', ID, DATA)]
    await expectStatus(token, 'PUT', ours, 201)
    await expectStatus(token, 'PUT', others, 403)
  })
})

describe('[ROLE8] a link for one session', () => {
  const sessionId = randomSessionId()
  const diary = { appId: 'org.example.diary', persistentId: 'D'.repeat(43) }
  const chess = { appId: 'org.example.chess', persistentId: 'C'.repeat(43) }
  const fileOf = ({ appId, persistentId }: typeof diary, hash: string) =>
    `/files/apps/${appId}/${persistentId}/save/${hash.repeat(43)}`
  beforeAll(() => start('invite'))
  afterAll(() => bed.stop())
  afterEach(() => clients.closeAll())

  async function joinAs(token: string, id: string, args: object) {
    const client = await clients.connect(reflectorUrl(token), id)
    const { url } = await client.join({ ...args })
    return { client, path: url.replace(/^.*(?=\/files\/)/, '') }
  }

  /** Has data stored as the app's newest, as far as the box takes it. */
  async function save(token: string, id: string, app: typeof diary, hash: string): Promise<number> {
    const { client } = await joinAs(token, id, app)
    const path = fileOf(app, hash)
    const { status } = await bed.ask(
      WAYS.bearer({ method: 'PUT', path, body: DATA }, token),
      STRANGER,
    )
    client.send('SAVE', { persistTime: 1, url: `http://box${path}` })
    await client.ping()
    return status
  }

  /** What the next session of that app starts from. */
  async function savedOf(app: typeof diary): Promise<string> {
    const { token } = await bed.invite()
    return (await joinAs(token, randomSessionId(), app)).path
  }

  test('neither reads nor replaces what another app saved', async () => {
    const { token: all } = await bed.invite()
    const { token } = await bed.invite({ sessionId })
    expect(await save(all, randomSessionId(), diary, 'A')).toBe(201)
    await expect.poll(() => savedOf(diary)).toBe(fileOf(diary, 'A'))
    expect((await joinAs(token, sessionId, diary)).path).toBe('')
    await expectStatus(token, 'GET', [fileOf(diary, 'A')], 403)
    expect(await save(token, sessionId, diary, 'B')).toBe(403)
    // Somebody who may has uploaded the very file.
    await expectStatus(all, 'PUT', [fileOf(diary, 'B')], 201)
    expect(await save(token, sessionId, diary, 'B')).toBe(403)
    await expect.poll(() => bed.logged('persist').at(-1)).toMatchObject({ level: 'warn' })
    expect(await savedOf(diary)).toBe(fileOf(diary, 'A'))
  })

  test('is held to the app that others named, also after a restart', async () => {
    const { token } = await bed.invite({ sessionId })
    const { token: all } = await bed.invite()
    await joinAs(all, sessionId, chess)
    await clients.closeAll()
    bed = await bed.restart({ BOX_ACCESS: 'invite' })
    const client = await clients.connect(reflectorUrl(token), sessionId)
    client.send('JOIN', joinArgs(diary))
    expect((await client.closed()).code).toBe(4103)
    expect(await save(token, sessionId, chess, 'A')).toBe(201)
    await expect.poll(() => savedOf(chess)).toBe(fileOf(chess, 'A'))
    await expectStatus(token, 'GET', [fileOf(chess, 'A')], 200)
    await expectStatus(token, 'GET', [fileOf(diary, 'A')], 403)
  })

  test('may say for which data of which app it is, and then needs nobody else', async () => {
    const id = randomSessionId()
    const { token, persistentId } = await bed.invite({ sessionId: id, ...diary })
    expect(persistentId).toBe(diary.persistentId)
    expect((await joinAs(token, id, diary)).path).toBe(fileOf(diary, 'A'))
    expect(await save(token, id, diary, 'C')).toBe(201)
    await expect.poll(() => savedOf(diary)).toBe(fileOf(diary, 'C'))
    const client = await clients.connect(reflectorUrl(token), id)
    client.send('JOIN', joinArgs({ ...diary, persistentId: chess.persistentId }))
    expect((await client.closed()).code).toBe(4103)
  })

  test('cannot name data without an app', async () => {
    const body = JSON.stringify({ hours: 1, persistentId: diary.persistentId })
    const { status, body: text } = await bed.api('POST', '', body)
    expect([status, JSON.parse(text).detail]).toEqual([
      400,
      'persistentId is for one app: say which, as appId',
    ])
  })

  test('for one app may be for some of its data only', async () => {
    const { token } = await bed.invite(chess)
    const other = { ...chess, persistentId: diary.persistentId }
    await expectStatus(token, 'PUT', [fileOf(chess, 'D')], 201)
    await expectStatus(token, 'PUT', [fileOf(other, 'D'), fileOf(diary, 'D')], 403)
  })
})

describe('[ROLE6] [ROLE7] who is in', () => {
  afterEach(async () => {
    await clients.closeAll()
    await bed.stop()
  })

  test('is out when the link is revoked, and told so', async () => {
    await start('invite')
    const [ada, eve] = [await bed.invite(), await bed.invite()]
    const join = async ({ token }: { readonly token: string }) => {
      const client = await clients.connect(reflectorUrl(token), randomSessionId())
      await client.join()
      return client
    }
    const [stays, goes] = [await join(ada), await join(eve)]
    expect((await bed.api('DELETE', `/${eve.id}`)).status).toBe(200)
    const { code, reason } = await goes.closed()
    expect(code).toBe(4103)
    expect(reason).toContain('access to this box has ended')
    expect(stays.isOpen).toBe(true)
  })

  test('is refused for another app than that of the link', async () => {
    await start('invite')
    const { token } = await bed.invite({ appId: 'org.example.app' })
    const client = await clients.connect(reflectorUrl(token), randomSessionId())
    client.send('JOIN', joinArgs({ appId: 'org.other.app' }))
    expect((await client.closed()).code).toBe(4103)
  })
})

describe('[ACCESS11] an upload that brings neither origin nor credential', () => {
  const noOrigin = { origin: 'null', ...STRANGER }
  const [app, persistentId] = ['org.example.app', 'P'.repeat(43)]
  afterEach(async () => {
    await clients.closeAll()
    await bed.stop()
  })

  async function memberOf(
    sessionId: string,
    role = 'participant',
    headers = STRANGER,
  ): Promise<void> {
    const { token } = await bed.invite({ role })
    const client = await clients.connect(reflectorUrl(token), sessionId, { headers })
    await client.join({ appId: app, persistentId })
  }
  const put = (path: string, headers: Record<string, string>) =>
    bed.ask({ method: 'PUT', path, body: DATA }, headers)

  test.each(['lan', 'invite'])(
    'is let in for the session of a member from there (%s)',
    async (policy) => {
      await start(policy)
      const sessionId = randomSessionId()
      const ours = [FILE.replace(ID, sessionId), dataPath(app, persistentId, DATA)]
      const others = [
        FILE,
        dataPath(app, ID, DATA),
        dataPath('org.other.app', persistentId, DATA),
        `/files/apps/org.other.app/snap/${ID}/${persistentId}.${sessionId}/0000000001_1.${ID}`,
        '/files/nothing',
      ]
      expect([401, 403]).toContain((await put(ours[0] ?? '', noOrigin)).status)
      await memberOf(sessionId)
      for (const path of ours) {
        const preflight = await bed.ask({ method: 'OPTIONS', path }, noOrigin)
        expect(preflight.headers['access-control-allow-origin']).toBe('null')
        expect((await put(path, noOrigin)).status).toBe(201)
        expect([401, 403]).toContain((await bed.ask({ path }, noOrigin)).status)
        const elsewhere = { ...noOrigin, 'x-forwarded-for': '203.0.113.10' }
        expect([401, 403]).toContain((await put(path, elsewhere)).status)
      }
      for (const path of others) expect([401, 403]).toContain((await put(path, noOrigin)).status)
    },
  )

  test('[ROLE8] is let in for snapshots where a member cannot say which app it is', async () => {
    await start('invite')
    const sessionId = randomSessionId()
    const { token } = await bed.invite({ sessionId })
    const client = await clients.connect(reflectorUrl(token), sessionId, { headers: STRANGER })
    await client.join({ appId: app, persistentId })
    const ofApp = `/files/apps/${app}/snap/${ID}/${persistentId}.${sessionId}/0000000001_1.${ID}`
    for (const path of [FILE.replace(ID, sessionId), ofApp]) {
      expect((await put(path, noOrigin)).status).toBe(201)
    }
    expect((await put(dataPath(app, persistentId, DATA), noOrigin)).status).toBe(403)
  })

  test('is not, for a session that somebody only watches', async () => {
    await start('invite')
    const sessionId = randomSessionId()
    await memberOf(sessionId, 'viewer')
    expect((await put(FILE.replace(ID, sessionId), noOrigin)).status).toBe(403)
  })
})

test('[ACCESS5] tokens of others are for BOX_ACCESS=jwt, and say what they are good for', async () => {
  const asOther = { role: 'viewer', app: 'org.example.app', session: ID, sub: 'ada' }
  const token = await foreignToken(asOther)
  await start('lan')
  expect((await bed.ask(WAYS.bearer(SOCKET, token))).status).toBe(401)
  await bed.stop()
  await start('jwt')
  expect((await bed.ask(WAYS.bearer(SOCKET, token))).status).toBe(101)
  expect((await bed.ask(WAYS.bearer({ ...SOCKET, path: '/x' }, token))).status).toBe(403)
  const upload = { method: 'PUT', path: FILE, body: 'x' }
  expect((await bed.ask(WAYS.bearer(upload, token))).status).toBe(403)
  expect((await bed.ask(WAYS.bearer(upload, await foreignToken({})))).status).toBe(201)
  await bed.stop()
})

/** What is no good, and how it is made. */
const BAD_TOKENS: Readonly<Record<string, (bed: DoorBed) => Promise<string>>> = {
  'no token': async () => 'guess',
  'cut off': async (made) => (await made.invite()).token.slice(0, -4),
  'signed by another': async () => foreignToken({ aud: 'admin' }, 'x'.repeat(32)),
  unsigned: async () => `${base64({ alg: 'none' })}.${base64({ aud: 'admin', exp: 9e9 })}.`,
  'run out': (made) => made.adminToken(-1000),
  revoked: async (made) => {
    const { id, token } = await made.invite()
    await made.api('DELETE', `/${id}`)
    return token
  },
}

function wantedFor(role: string, { path, body }: Probe, status: number): readonly number[] {
  const isUpload = path.startsWith('/files') && body !== undefined
  if (isUpload && ['viewer', 'monitor'].includes(role)) return [403]
  // Of the uploads of one file the first is 201.
  return status === 201 ? [200, 201] : [status]
}

async function start(policy: string): Promise<void> {
  bed = await DoorBed.start({ BOX_ACCESS: policy, ...POLICIES[policy] })
}

/** A cookie that is no good counts as none, and is taken away. */
async function expectAsWithout(asked: Probe, probed: Probe): Promise<void> {
  const without = await bed.ask(asked, STRANGER)
  const answer = await bed.ask(probed, STRANGER)
  const isRepeated = without.status === 201 && answer.status === 200
  expect.soft(isRepeated ? 201 : answer.status).toBe(without.status)
  if (answer.headers.upgrade === undefined && !asked.headers?.upgrade) {
    expect.soft(answer.headers['set-cookie']).toEqual([expect.stringContaining('Max-Age=0')])
  }
}

async function expectStatus(
  token: string,
  method: string,
  paths: readonly string[],
  status: number,
): Promise<void> {
  for (const path of paths) {
    const asked = method === 'PUT' ? { method, path, body: DATA } : { method, path }
    const answer = await bed.ask(WAYS.bearer(asked, token), STRANGER)
    expect.soft(answer.status, `${method} ${path}`).toBe(status)
  }
}

function reflectorUrl(token: string): string {
  return `ws://127.0.0.1:${bed.box.port}/t/${token}/reflector`
}

function foreignToken(claims: Record<string, unknown>, secret = SECRET): Promise<string> {
  return new SignJWT({ exp: Math.floor(Date.now() / 1000) + HOUR_S, ...claims })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(createSecretKey(Buffer.from(secret)))
}

function base64(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
