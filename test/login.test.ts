import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { AS_PERSON, DoorBed, SOCKET, WAYS } from './support/door-bed.ts'
import type { ProbeAnswer } from './support/http-probe.ts'

const PASSPHRASE = 'let me in, please'
const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

let bed: DoorBed

afterEach(() => bed.stop())

describe('[ACCESS3] the passphrase', () => {
  test('lets in who knows it, and leads to where they wanted to go', async () => {
    await start()
    const { status, headers } = await enter({ passphrase: ` ${PASSPHRASE} `, to: 'apps/x/?q=1' })
    expect(status).toBe(303)
    expect(headers.location).toBe('./apps/x/?q=1')
    const [cookie = ''] = headers['set-cookie'] ?? []
    expect(cookie).toMatch(/^box-access=eyJ\S+; Path=\/; Max-Age=2592000; HttpOnly; SameSite=Lax$/)
    const [, token = ''] = /=([^;]+)/.exec(cookie) ?? []
    expect((await bed.ask(WAYS.cookie(SOCKET, token))).status).toBe(101)
    expect((await bed.askAdmin(WAYS.bearer({ path: '/api/v1/invites' }, token))).status).toBe(403)
  })

  test.each([
    ['two slashes', '//evil.example/'],
    ['a backslash', '/\\evil.example/'],
    ['a host', 'https://evil.example/'],
    ['a script', 'javascript:alert(1)'],
    ['another header', 'a\r\nset-cookie: x=1'],
    ['much', 'x'.repeat(3000)],
  ])('leads to no other host, asked with %s', async (_, to) => {
    await start()
    const { status, headers } = await enter({ passphrase: PASSPHRASE, to })
    expect(status).toBe(303)
    const url = new URL(headers.location ?? '', 'http://box/enter')
    expect(url.protocol + url.host).toBe('http:box')
    expect(headers['set-cookie']).toHaveLength(1)
  })

  test('over https it is remembered for https alone', async () => {
    await start()
    const { headers } = await enter({ passphrase: PASSPHRASE }, { 'x-forwarded-proto': 'https' })
    expect(headers['set-cookie']).toEqual([expect.stringMatching(/; Secure$/)])
  })

  test('a new one ends all logins by the old', async () => {
    await start()
    const { headers } = await enter({ passphrase: PASSPHRASE })
    const [, token = ''] = /=([^;]+)/.exec(headers['set-cookie']?.[0] ?? '') ?? []
    const restarted = async (env: Record<string, string>) => {
      bed = await bed.restart(env)
      return (await bed.ask(WAYS.cookie(SOCKET, token))).status
    }
    expect(await restarted({ BOX_ACCESS: 'passphrase', BOX_PASSPHRASE: PASSPHRASE })).toBe(101)
    expect(await restarted({ BOX_ACCESS: 'invite', BOX_PASSPHRASE: PASSPHRASE })).toBe(101)
    expect(await restarted({ BOX_ACCESS: 'invite' })).toBe(401)
    expect(await restarted({ BOX_ACCESS: 'passphrase', BOX_PASSPHRASE: 'another one' })).toBe(401)
  })

  test('wrong ones are counted for each address, and the right one has to wait as well', async () => {
    await start({ BOX_MAX_PASSPHRASE_TRIES: '2' })
    const from = (address: string, passphrase = 'a wrong one') =>
      enter({ passphrase }, { 'x-forwarded-for': address })
    const statuses: number[] = []
    for (const address of [
      '2001:db8:1:2::1',
      '2001:db8:1:2::2',
      '2001:db8:1:2::3',
      '2001:db8:1:3::1',
      '192.0.2.1',
    ]) {
      statuses.push((await from(address)).status)
    }
    expect(statuses).toEqual([401, 401, 429, 401, 401])
    const late = await from('2001:db8:1:2::9', PASSPHRASE)
    expect(late.status).toBe(429)
    expect(JSON.parse(late.body).message).toContain('wait a minute')
    expect(bed.logged('limit')).toMatchObject([
      { limit: 'passphrase-tries', userIp: '2001:db8:1:2::/64' },
    ])
  })

  test('[ACCESS10] who came in and who tried to is noted, without what they tried', async () => {
    await start()
    await enter({ passphrase: 'a wrong one' })
    await enter({ passphrase: PASSPHRASE })
    await bed.box.stop()
    const lines = (await readFile(join(bed.filesDir, 'audit.jsonl'), 'utf8')).trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { event: 'policy' },
      { event: 'login-refused', who: 'passphrase', address: '127.0.0.1' },
      { event: 'login', who: 'passphrase', address: '127.0.0.1', role: 'participant' },
    ])
    expect([...lines, ...bed.box.logLines].join('')).not.toContain('a wrong one')
  })

  test('a page of another origin cannot try', async () => {
    await start()
    const answer = await enter({ passphrase: PASSPHRASE }, { origin: 'https://evil.example' })
    expect(answer.status).toBe(403)
    expect(answer.headers['set-cookie']).toBeUndefined()
  })

  test('its page leads back to where somebody wanted to go, and shows what is asked as text', async () => {
    await start()
    const { body } = await bed.ask({ path: '/apps/x/?q="><script>' }, AS_PERSON)
    expect(body).toContain('action="../../enter"')
    expect(body).toContain('value="apps/x/?q=&#34;&#62;&#60;script&#62;"')
    expect((await bed.ask({ path: '/enter' }, AS_PERSON)).body).toContain('action="./enter"')
  })

  test('is asked for by its policy alone', async () => {
    await start({ BOX_ACCESS: 'invite' })
    expect((await enter({ passphrase: PASSPHRASE })).status).toBe(401)
  })

  test.each([
    ['nothing', {}, 400],
    ['another type', { passphrase: 'x', type: 'application/xml' }, 415],
    ['too much', { passphrase: 'x'.repeat(5000) }, 413],
  ])(
    'of a form with %s is said what is wrong',
    async (_, { type, ...form }: Record<string, string>, status) => {
      await start()
      expect((await enter(form, type === undefined ? {} : { 'content-type': type })).status).toBe(
        status,
      )
    },
  )
})

describe('[ACCESS5] a link', () => {
  test('leads to the page of its app if there is one', async () => {
    const webDir = await mkdtemp(join(tmpdir(), 'web-'))
    await mkdir(join(webDir, 'apps/org.example.app'), { recursive: true })
    await writeFile(join(webDir, 'apps/org.example.app/index.html'), '')
    await start({ BOX_WEB_DIR: webDir })
    for (const [appId, location] of [
      ['org.example.app', '../apps/org.example.app/'],
      ['org.other.app', '../'],
    ]) {
      const { token } = await bed.invite({ appId })
      const { status, headers } = await bed.ask({ path: `/invite/${token}` }, AS_PERSON)
      expect([status, headers.location]).toEqual([303, location])
      expect(headers['referrer-policy']).toBe('no-referrer')
    }
    await rm(webDir, { recursive: true })
  })

  test.each(['guess', '', 'a/b', '%00'])('that is none (%j) says what to do', async (token) => {
    await start()
    const { status, body } = await bed.ask({ path: `/invite/${token}` }, AS_PERSON)
    expect(status).toBe(401)
    expect(body).toContain('for a new one.')
  })

  test('[ACCESS10] of those that are none, no more than ten a minute are noted', async () => {
    await start()
    for (let tries = 0; tries < 15; tries++) await bed.ask({ path: '/invite/guess' })
    expect(bed.logged('login-refused')).toHaveLength(10)
  })
})

function start(env: Record<string, string> = {}): Promise<void> {
  return DoorBed.start({ BOX_ACCESS: 'passphrase', BOX_PASSPHRASE: PASSPHRASE, ...env }).then(
    (started) => {
      bed = started
    },
  )
}

function enter(
  form: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<ProbeAnswer> {
  const body = String(new URLSearchParams(form))
  return bed.ask({ method: 'POST', path: '/enter', body, headers: { ...FORM, ...headers } })
}
