import { mkdir, readFile, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { AdminBed, PASSWORD } from './support/admin-bed.ts'
import { AS_PERSON, FOR_MONITORS, NEIGHBOUR, SOCKET, STRANGER } from './support/door-bed.ts'

const OTHER_PASSWORD = 'staple and nine lives'
let bed: AdminBed

afterEach(() => bed.stop())

describe('[ADMIN2] the one-time link', () => {
  test('sets the password and logs in, and is over then', async () => {
    bed = await AdminBed.start()
    const path = `/${bed.door.box.setupPath}`
    expect(path).toMatch(/^\/admin\/setup\/[\w-]{22}$/)
    const page = await bed.ask({ path }, AS_PERSON)
    expect(page.status).toBe(200)
    expect(page.body.match(/autocomplete="[\w-]+"/g)).toEqual([
      'autocomplete="username"',
      'autocomplete="new-password"',
      'autocomplete="new-password"',
    ])
    const done = await bed.submit(path, { password: PASSWORD, again: PASSWORD })
    expect([done.status, done.headers.location]).toEqual([303, '../'])
    const visitor = await bed.visitorOf(done)
    expect((await bed.call(visitor, 'GET', '/me')).status).toBe(200)
    for (const answer of [
      await bed.ask({ path }, AS_PERSON),
      await bed.submit(path, { password: OTHER_PASSWORD, again: OTHER_PASSWORD }),
    ]) {
      expect(answer.status).toBe(410)
      expect(answer.body).toContain('This link is over')
    }
    expect((await bed.submit('/admin/login', { password: OTHER_PASSWORD })).status).toBe(401)
    expect((await bed.logIn()).pageKey).not.toBe('')
  })

  test('of two who use it at the same time, one has set the password', async () => {
    bed = await AdminBed.start()
    const path = `/${bed.door.box.setupPath}`
    const answers = await Promise.all(
      [PASSWORD, OTHER_PASSWORD].map((password) => bed.submit(path, { password, again: password })),
    )
    expect(answers.map(({ status }) => status).toSorted()).toEqual([303, 410])
  })

  test('sets the first password though it cannot be written down yet, and is used up', async () => {
    bed = await AdminBed.start()
    const { box } = bed.door
    const form = { password: PASSWORD, again: PASSWORD }
    const blocked = join(box.filesDir, 'access/admin.json.new')
    await mkdir(blocked)
    expect((await bed.submit(`/${box.setupPath}`, form)).status).toBe(303)
    await rmdir(blocked)
    expect((await bed.submit(`/${box.setupPath}`, form)).status).toBe(410)
  })

  test.each([
    ['is short', 'tooshort', 'tooshort', 'at least 10 characters'],
    ['is short but for spaces', '   short      ', '   short      ', 'at least 10 characters'],
    ['is endless', 'x'.repeat(201), 'x'.repeat(201), 'at most 200 characters'],
    ['is typed in two ways', PASSWORD, OTHER_PASSWORD, 'not the same'],
  ])('says what is wrong with a password that %s, and stays good', async (_, ...tried) => {
    bed = await AdminBed.start()
    const [password, again, words] = tried
    const answer = await bed.submit(`/${bed.door.box.setupPath}`, { password, again })
    expect(answer.status).toBe(400)
    expect(answer.body).toContain(words)
    expect(answer.body).not.toContain(password)
    expect((await bed.setUp()).cookie).not.toBe('')
  })

  test.each(['guess', 'A'.repeat(22), '..', '%00'])('%s is none', async (code) => {
    bed = await AdminBed.start()
    const asked = { path: `/admin/setup/${code}` }
    expect((await bed.ask(asked)).body).not.toContain('Choose the admin password')
  })

  test('is another one after a restart, and none once there is a password', async () => {
    bed = await AdminBed.start()
    const path = `/${bed.door.box.setupPath}`
    bed = await bed.restart()
    expect(`/${bed.door.box.setupPath}`).not.toBe(path)
    expect((await bed.ask({ path }, AS_PERSON)).status).toBe(410)
    await bed.setUp()
    bed = await bed.restart()
    expect(bed.door.box.setupPath).toBeUndefined()
    expect((await bed.logIn()).pageKey).not.toBe('')
  })

  test('is in no log, and the password neither; on the disk there is its hash', async () => {
    bed = await AdminBed.start()
    const { filesDir, box } = bed.door
    const [code = ''] = /[\w-]+$/.exec(box.setupPath ?? '') ?? []
    await bed.ask({ path: `/admin/setup/${code}` }, AS_PERSON)
    await bed.setUp()
    await bed.submit('/admin/login', { password: OTHER_PASSWORD })
    expect(bed.door.logged('admin-password-set')).toMatchObject([{ address: '127.0.0.1' }])
    const kept = await readFile(join(filesDir, 'access/admin.json'), 'utf8')
    const written = [...box.logLines, kept].join('')
    for (const secret of [code, PASSWORD, OTHER_PASSWORD]) expect(written).not.toContain(secret)
    expect(JSON.parse(kept).password).toMatchObject({ N: 16384, r: 8, p: 5 })
  })

  test('is not for strangers to the LAN', async () => {
    bed = await AdminBed.start()
    const asked = { path: `/${bed.door.box.setupPath}` }
    expect((await bed.ask(asked, STRANGER)).status).toBe(403)
  })
})

describe('[ADMIN3] the login', () => {
  test('[ADMIN5] leads to the page that somebody wanted to see', async () => {
    bed = await AdminBed.startWithPassword()
    const sent = await bed.ask({ path: '/admin/sessions.html?app=x&n=1' }, AS_PERSON)
    expect(sent.status).toBe(303)
    const { location = '' } = sent.headers
    expect(location).toBe('../admin/login?next=admin%2Fsessions.html%3Fapp%3Dx%26n%3D1')
    const page = await bed.ask({
      path: `/admin/${location.slice(3)}`.replace('/admin/admin', '/admin'),
    })
    expect(page.body).toContain('value="admin/sessions.html?app=x&#38;n=1"')
    const next = 'admin/sessions.html?app=x&n=1'
    const done = await bed.submit('/admin/login', { password: ` ${PASSWORD} `, next })
    expect([done.status, done.headers.location]).toEqual([303, `../${next}`])
  })

  test.each([
    '//evil.example/',
    'https://evil.example/',
    'admin/..//evil.example',
    'admin//evil.example/../..',
    'admin\\evil',
    'admin/\r\nset-cookie: x=1',
    'apps/x/',
    'admin/login',
    'admin/setup/x',
  ])('leads to nothing but the dashboard, asked with %j', async (next) => {
    bed = await AdminBed.startWithPassword()
    const { headers } = await bed.submit('/admin/login', { password: PASSWORD, next })
    const url = new URL(headers.location ?? '', 'http://box/admin/login')
    expect(url.host).toBe('box')
    expect(url.pathname).toMatch(/^\/admin\/(?!login|setup)/)
    expect(headers['set-cookie']).toHaveLength(1)
  })

  test('sets a cookie for this host, no script and no other site, over https for https alone', async () => {
    bed = await AdminBed.startWithPassword()
    const rest = 'Path=/; Max-Age=\\d{7}; HttpOnly; SameSite=Strict'
    const by = async (headers: Record<string, string>) =>
      (await bed.submit('/admin/login', { password: PASSWORD }, headers)).headers['set-cookie']
    expect(await by({})).toEqual([
      expect.stringMatching(new RegExp(`^box-admin=eyJ[\\w.-]+; ${rest}$`)),
    ])
    expect(await by({ 'x-forwarded-proto': 'https' })).toEqual([
      expect.stringMatching(new RegExp(`^__Host-box-admin=eyJ[\\w.-]+; ${rest}; Secure$`)),
    ])
  })

  test('says so when the password is wrong, and when there is none yet', async () => {
    bed = await AdminBed.start()
    const without = await bed.submit('/admin/login', { password: PASSWORD })
    expect([without.status, without.headers['set-cookie']]).toEqual([409, undefined])
    expect(without.body).toContain('npm run admin -- reset')
    bed = await bed.restart({ BOX_ADMIN_PASSWORD: PASSWORD })
    const wrong = await bed.submit('/admin/login', { password: OTHER_PASSWORD })
    expect([wrong.status, wrong.headers['set-cookie']]).toEqual([401, undefined])
    expect(wrong.body).toContain('That is not the admin password.')
  })

  test.each(['lan', 'open', 'passphrase', 'invite', 'jwt'])(
    'with BOX_ACCESS=%s it is for whom the policy does not shut out by address',
    async (policy) => {
      bed = await AdminBed.startWithPassword({
        ...{ BOX_ACCESS: policy, BOX_PASSPHRASE: 'let me in', BOX_JWT_SECRET: 's'.repeat(32) },
      })
      const login = { path: '/admin/login' }
      expect((await bed.ask(login, NEIGHBOUR)).status).toBe(200)
      expect((await bed.ask(login, STRANGER)).status).toBe(policy === 'lan' ? 403 : 200)
      const dashboard = await bed.ask({ path: '/admin/' }, { ...STRANGER, ...AS_PERSON })
      expect(dashboard.status).toBe(policy === 'lan' ? 403 : 303)
      if (policy === 'lan') return
      const { cookie } = await bed.logIn(PASSWORD, STRANGER)
      const asAdmin = { ...STRANGER, cookie }
      for (const path of ['/', '/admin/', '/admin/common/theme.css', ...FOR_MONITORS]) {
        expect.soft((await bed.ask({ path }, asAdmin)).status, path).toBe(200)
      }
      expect((await bed.ask(SOCKET, asAdmin)).status).toBe(101)
    },
  )

  test('[ADMIN7] its pages hold no script and can be in no frame', async () => {
    bed = await AdminBed.start()
    for (const path of ['/admin/login', `/${bed.door.box.setupPath}`, '/admin/setup/over']) {
      const { headers, body } = await bed.ask({ path }, AS_PERSON)
      expect(headers).toMatchObject({
        'cache-control': 'no-store',
        'cross-origin-opener-policy': 'same-origin',
        'content-security-policy': expect.stringMatching(
          /^default-src 'none'; style-src 'sha256-.*frame-ancestors 'none'$/,
        ),
      })
      expect(body).not.toMatch(/<script|\{\{/)
    }
  })
})

describe('[ADMIN3] wrong passwords', () => {
  test('have to wait after ten a minute, and leave one line; the right one from elsewhere is let in', async () => {
    bed = await AdminBed.startWithPassword()
    const statuses = new Map<number, number>()
    for (let tries = 0; tries < 200; tries++) {
      const { status, headers } = await bed.callWith(NEIGHBOUR, 'POST', '/login', {
        password: OTHER_PASSWORD,
      })
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
      if (status === 429) expect(Number(headers['retry-after'])).toBeGreaterThan(0)
    }
    expect([...statuses]).toEqual([
      [401, 10],
      [429, 190],
    ])
    const late = await bed.submit('/admin/login', { password: PASSWORD }, NEIGHBOUR)
    expect(late.status).toBe(429)
    expect(late.body).toContain('wait a minute')
    expect(bed.door.logged('limit')).toMatchObject([
      { limit: 'password-tries', userIp: '192.168.1.7' },
    ])
    expect(bed.door.logged('login-refused')).toHaveLength(10)
    expect((await bed.logIn()).pageKey).not.toBe('')
  })

  test('right ones are not counted', async () => {
    bed = await AdminBed.startWithPassword()
    for (let logins = 0; logins < 15; logins++) {
      const { status } = await bed.callWith({}, 'POST', '/login', { password: PASSWORD })
      expect(status).toBe(200)
    }
  })
})
