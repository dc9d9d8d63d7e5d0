import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import {
  AS_PERSON,
  DoorBed,
  FILE,
  FOR_EVERYBODY,
  FOR_MONITORS,
  FOR_VISITORS,
  isHealth,
  NEIGHBOUR,
  SOCKET,
  STRANGER,
  TRICKS,
} from './support/door-bed.ts'
import type { Probe } from './support/http-probe.ts'
import { RawClients, randomSessionId } from './support/raw-client.ts'

const clients = new RawClients()
let bed: DoorBed

describe.each(['lan', 'open'])('[ACCESS1] with BOX_ACCESS=%s', (policy) => {
  beforeAll(() => startWith({ BOX_ACCESS: policy }))
  afterAll(() => bed.stop())

  test.each(FOR_VISITORS)('who is near gets %s', async (_, asked, status) => {
    expect((await bed.ask(asked)).status).toBe(status)
  })

  test.each(FOR_EVERYBODY)('everybody may ask %j', async (asked, status) => {
    expect((await bed.ask(asked, STRANGER)).status).toBe(status)
  })

  test.each(FOR_MONITORS)(
    '[ACCESS9] %s is for those who run the box, whoever else is let in',
    async (path) => {
      expect((await bed.askAdmin({ path })).status).toBe(200)
      expect((await bed.askAdmin({ path }, NEIGHBOUR)).status).toBe(403)
      for (const [, trick] of TRICKS) {
        const answer = await bed.askAdmin({ path: trick(path) }, STRANGER)
        expect.soft(isHealth(answer) || answer.status !== 200, trick(path)).toBe(true)
      }
    },
  )
})

describe('[ACCESS2] a stranger to the LAN', () => {
  beforeAll(() => startWith({ BOX_ALLOW: '198.51.100.0/24' }))
  afterAll(() => bed.stop())
  afterEach(() => clients.closeAll())

  describe.each(FOR_VISITORS)('does not get %s', (_, asked) => {
    test.each(TRICKS)('asked for %s', async (_, trick) => {
      const path = trick(asked.path)
      const answer = await bed.ask({ ...asked, path }, STRANGER)
      if (!isHealth(answer)) expect([400, 401, 403]).toContain(answer.status)
    })
  })

  test('leaves nothing behind', async () => {
    await bed.ask({ method: 'PUT', path: FILE, body: 'x' }, STRANGER)
    expect(await readdir(join(bed.filesDir, 'uploads'))).toEqual([])
  })

  test('reads on a page whom to ask, and nothing of settings', async () => {
    const { status, headers, body } = await bed.ask(
      { path: '/apps/x/?session=1' },
      { ...STRANGER, ...AS_PERSON },
    )
    expect(status).toBe(403)
    expect(body).toContain('203.0.113.9</code>, is not on it')
    expect(body).toContain('Ask the owner of the box for an invite link.')
    expect(body).not.toContain('BOX_')
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': expect.stringMatching(/^default-src 'none'; style-src 'sha256-/),
    })
    expect(body).not.toContain('<script')
    expect(body).not.toContain('{{')
  })

  test('is told in JSON if no person asks', async () => {
    const { headers, body } = await bed.ask({ path: '/' }, STRANGER)
    expect(headers).toMatchObject({ 'cache-control': 'no-store' })
    expect(JSON.parse(body)).toEqual({
      error: 'Forbidden',
      message: expect.stringContaining('BOX_ALLOW=203.0.113.9'),
    })
  })

  test('is told in words when a web socket is refused', async () => {
    const { status, headers, body } = await bed.ask(SOCKET, STRANGER)
    expect(status).toBe(403)
    expect(headers['content-type']).toBe('text/plain; charset=utf-8')
    expect(body).toContain('BOX_ALLOW=203.0.113.9')
  })

  test('leaves one line in the log, however often it comes', async () => {
    const headers = { 'x-forwarded-for': '203.0.113.77' }
    for (let tries = 0; tries < 5; tries++) await bed.ask({ path: '/' }, headers)
    await bed.ask(SOCKET, headers)
    const lines = bed.box.logLines.filter((line) => line.includes('"userIp":"203.0.113.77"'))
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { event: 'turned-away', status: 403 },
    ])
  })

  test('is not let in by claiming an address that no trusted proxy vouches for', async () => {
    const headers = { 'x-forwarded-for': '192.168.1.7, 203.0.113.9' }
    expect((await bed.ask({ path: '/' }, headers)).status).toBe(403)
  })

  test('who is on BOX_ALLOW is none', async () => {
    const headers = { 'x-forwarded-for': '198.51.100.7' }
    expect((await bed.ask({ path: '/' }, headers)).status).toBe(200)
    const client = await clients.connect(
      `ws://127.0.0.1:${bed.box.port}/reflector`,
      randomSessionId(),
      { headers },
    )
    await client.join()
  })
})

describe('[ACCESS6] a page of another origin', () => {
  const own = () => ({ origin: `http://127.0.0.1:${bed.box.port}` })
  const upload = { method: 'PUT', path: FILE, body: 'x' }
  const preflight = {
    method: 'OPTIONS',
    path: FILE,
    headers: { 'access-control-request-method': 'PUT' },
  }
  const asked: ReadonlyArray<[string, Probe]> = [
    ['an upload', upload],
    ['a form', { method: 'POST', path: '/files' }],
    ['a download', { path: FILE }],
    ['no file', { path: '/files/x' }],
    ['its preflight', preflight],
    ['an upload elsewhere', { method: 'POST', path: '/' }],
  ]
  afterEach(() => bed.stop())

  test.each(asked)('does not get %s, and is told how it could', async (_, probed) => {
    await startWith({})
    for (const origin of ['https://evil.example', 'http://localhost:5173', 'https://127.0.0.1']) {
      const answer = await bed.ask(probed, { origin, ...NEIGHBOUR })
      expect(answer.status).toBe(403)
      expect(answer.body).toContain(`BOX_ORIGINS=${origin}`)
      expect(answer.headers['access-control-allow-origin']).toBeUndefined()
    }
    expect(await readdir(join(bed.filesDir, 'uploads'))).toEqual([])
  })

  test('[CLOSE6] is told by a web socket that is closed at once why it gets none', async () => {
    await startWith({})
    for (const origin of ['https://evil.example', 'http://localhost:5173', 'null']) {
      const answer = await bed.ask(SOCKET, { origin, ...NEIGHBOUR })
      expect(answer).toMatchObject({ status: 101, closeCode: 4103 })
      expect(answer.body).toMatch(
        origin === 'null'
          ? /^Pages that are opened as a file may not use this box/
          : new RegExp(`^Pages of ${origin} may not use this box. .*BOX_ORIGINS`),
      )
      // It learns nothing of the network that it is in.
      expect(answer.body).not.toContain(NEIGHBOUR['x-forwarded-for'])
    }
    const long = `https://${'x'.repeat(60)}.${'y'.repeat(60)}.example`
    const { body } = await bed.ask(SOCKET, { origin: long, ...NEIGHBOUR })
    expect(body).toBe('Pages of this site may not use this box. Its admin can set BOX_ORIGINS.')
  })

  test('[CLOSE6] programs, which have no page, are answered by HTTP', async () => {
    await startWith({})
    expect((await bed.ask(SOCKET, STRANGER)).status).toBe(403)
    const own = { origin: `http://127.0.0.1:${bed.box.port}` }
    const stranger = await bed.ask(SOCKET, { ...STRANGER, ...own })
    expect(stranger).toMatchObject({ status: 101, closeCode: 4103 })
    expect(stranger.body).toMatch(/^This box is for the people on its own network\./)
  })

  const butPreflight = asked.filter(([, probed]) => probed !== preflight)
  test.each(butPreflight)(
    'that does not say of which does not get %s either',
    async (_, probed) => {
      await startWith({})
      const answer = await bed.ask(probed, { origin: 'null', ...NEIGHBOUR })
      expect(answer.status).toBe(403)
      expect(answer.headers['access-control-allow-origin']).toBeUndefined()
      expect(await readdir(join(bed.filesDir, 'uploads'))).toEqual([])
    },
  )

  const wanted: typeof asked = [['a web socket', SOCKET], ...asked]
  test.each(wanted)(
    'may have %s if it is listed, local or the own one, or all are',
    async (_, probed) => {
      await startWith({ BOX_ORIGINS: 'https://school.example' })
      for (const headers of [
        { origin: 'https://school.example', ...NEIGHBOUR },
        { origin: 'http://localhost:5173' },
        { ...own(), ...NEIGHBOUR },
        NEIGHBOUR,
      ]) {
        expect((await bed.ask(probed, headers)).status).not.toBe(403)
      }
      await bed.stop()
      await startWith({ BOX_ACCESS: 'open' })
      expect(
        (await bed.ask(probed, { origin: 'https://any.example', ...NEIGHBOUR })).status,
      ).not.toBe(403)
    },
  )

  test('may read what it may have, errors included, and nobody keeps it for another', async () => {
    await startWith({})
    for (const probed of [upload, { path: FILE }, { path: '/files/x' }, preflight]) {
      const { headers } = await bed.ask(probed, { ...own(), ...NEIGHBOUR })
      expect(headers['access-control-allow-origin']).toBe(own().origin)
      expect(headers.vary).toBe('Origin')
    }
    const { headers } = await bed.ask({ path: FILE }, NEIGHBOUR)
    expect(headers).toMatchObject({ vary: 'Origin' })
    expect(headers).not.toHaveProperty('access-control-allow-origin')
  })

  test('may read that its visitor was turned away', async () => {
    await startWith({ BOX_ORIGINS: '*' })
    const { status, headers } = await bed.ask(upload, {
      origin: 'https://any.example',
      ...STRANGER,
    })
    expect(status).toBe(403)
    expect(headers['access-control-allow-origin']).toBe('*')
  })

  test('may load the libraries and look at pages, as everybody does', async () => {
    await startWith({})
    for (const path of ['/', '/lib/qrcode-generator@2.0.4/package.json']) {
      expect(
        (await bed.ask({ path }, { origin: 'https://any.example', ...NEIGHBOUR })).status,
      ).toBe(200)
    }
  })
})

async function startWith(env: Record<string, string>): Promise<void> {
  bed = await DoorBed.start(env)
}
