import { mkdir, readFile, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { AdminBed, PASSWORD } from './support/admin-bed.ts'
import { AS_PERSON, FOR_MONITORS, NEIGHBOUR, SOCKET, STRANGER, WAYS } from './support/door-bed.ts'

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
      // the address of the box
      'autocomplete="off"',
    ])
    const token = await bed.setUp()
    expect((await bed.callBy(token, 'GET', '/me')).status).toBe(200)
    const again = await bed.ask({ path }, AS_PERSON)
    expect(again.status).toBe(410)
    expect(again.body).toContain('This link is over')
    expect((await bed.trySetUp(OTHER_PASSWORD)).status).toBe(410)
    expect((await bed.tryLogIn(OTHER_PASSWORD)).status).toBe(401)
    expect(await bed.logIn()).not.toBe('')
  })

  test('of two who use it at the same time, one has set the password', async () => {
    bed = await AdminBed.start()
    const answers = await Promise.all([bed.trySetUp(PASSWORD), bed.trySetUp(OTHER_PASSWORD)])
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 410])
  })

  test('sets the first password though it cannot be written down yet, and is used up', async () => {
    bed = await AdminBed.start()
    const blocked = join(bed.door.box.filesDir, 'access/admin.json.new')
    await mkdir(blocked)
    expect((await bed.trySetUp()).status).toBe(200)
    await rmdir(blocked)
    expect((await bed.trySetUp()).status).toBe(410)
  })

  test.each([
    ['is short', 'tooshort', 'at least 10 characters'],
    ['is short but for spaces', '   short      ', 'at least 10 characters'],
    ['is endless', 'x'.repeat(201), 'at most 200 characters'],
  ])('says what is wrong with a password that %s, and stays good', async (_, password, words) => {
    bed = await AdminBed.start()
    const answer = await bed.trySetUp(password)
    expect(answer.status).toBe(400)
    expect(answer.body).toContain(words)
    expect(answer.body).not.toContain(password)
    expect(await bed.setUp()).not.toBe('')
  })

  test.each(['guess', 'A'.repeat(22), '..', '%00'])('%s is none', async (code) => {
    bed = await AdminBed.start()
    const asked = { path: `/admin/setup/${code}` }
    expect((await bed.ask(asked)).body).not.toContain('Choose the admin password')
    expect((await bed.trySetUp(PASSWORD, code)).status).toBe(410)
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
    expect(await bed.logIn()).not.toBe('')
  })

  test('is in no log, and the password neither; on the disk there is its hash', async () => {
    bed = await AdminBed.start()
    const { filesDir, box } = bed.door
    const code = bed.setupCode
    await bed.ask({ path: `/admin/setup/${code}` }, AS_PERSON)
    await bed.door.ask({ path: `/admin/setup/${code}` }, AS_PERSON)
    await bed.setUp()
    await bed.tryLogIn(OTHER_PASSWORD)
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
    expect((await bed.trySetUp(PASSWORD, bed.setupCode, STRANGER)).status).toBe(403)
  })
})

describe('[ADMIN3] the login', () => {
  test('says so when the password is wrong, and when there is none yet', async () => {
    bed = await AdminBed.start()
    const without = await bed.tryLogIn()
    expect(without.status).toBe(409)
    expect(without.body).toContain('npm run admin -- reset')
    bed = await bed.restart({ BOX_ADMIN_PASSWORD: PASSWORD })
    const wrong = await bed.tryLogIn(OTHER_PASSWORD)
    expect(wrong.status).toBe(401)
    expect(JSON.parse(wrong.body).detail).toBe('that is not the admin password')
    expect((await bed.tryLogIn(` ${PASSWORD} `)).status).toBe(200)
  })

  test('answers with no cookie', async () => {
    bed = await AdminBed.startWithPassword()
    const { headers } = await bed.tryLogIn()
    expect(headers['set-cookie']).toBeUndefined()
    expect(headers['cache-control']).toBe('no-store')
  })

  test.each(['lan', 'open', 'passphrase', 'invite', 'jwt'])(
    'with BOX_ACCESS=%s it is for whom the policy does not shut out by address',
    async (policy) => {
      bed = await AdminBed.startWithPassword({
        ...{ BOX_ACCESS: policy, BOX_PASSPHRASE: 'let me in', BOX_JWT_SECRET: 's'.repeat(32) },
      })
      const login = { path: '/admin/login' }
      const status = policy === 'lan' ? 403 : 200
      expect((await bed.ask(login, NEIGHBOUR)).status).toBe(200)
      expect((await bed.ask(login, STRANGER)).status).toBe(status)
      expect((await bed.tryLogIn(PASSWORD, STRANGER)).status).toBe(status)
      // There is nothing in it.
      expect((await bed.ask({ path: '/admin/' }, STRANGER)).status).toBe(200)
      if (policy === 'lan') return
      const token = await bed.logIn(PASSWORD, STRANGER)
      for (const path of FOR_MONITORS) {
        expect.soft((await bed.ask(WAYS.bearer({ path }, token), STRANGER)).status, path).toBe(200)
      }
      expect((await bed.door.ask(WAYS.bearer({ path: '/' }, token), STRANGER)).status).toBe(200)
      expect((await bed.door.ask(WAYS.bearer(SOCKET, token), STRANGER)).status).toBe(101)
    },
  )

  test('[ADMIN7] its pages run scripts of files alone, send no form and can be in no frame', async () => {
    bed = await AdminBed.start()
    for (const path of ['/admin/login', `/${bed.door.box.setupPath}`, '/admin/setup/over']) {
      const { headers, body } = await bed.ask({ path }, AS_PERSON)
      expect(headers).toMatchObject({
        'cache-control': 'no-store',
        'cross-origin-opener-policy': 'same-origin',
        'content-security-policy': expect.stringMatching(
          /^default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'sha256-.*form-action 'none'.*frame-ancestors 'none'$/,
        ),
      })
      expect(body).not.toMatch(/<script(?! type="module" src="(?:\.\.\/)?\w+\.js"><)|\{\{/)
    }
  })

  test('[ADMIN6] a person who opens what takes a token gets a page that brings it', async () => {
    bed = await AdminBed.startWithPassword()
    for (const path of FOR_MONITORS) {
      const { status, headers } = await bed.ask({ path }, { ...NEIGHBOUR, ...AS_PERSON })
      expect(status).toBe(303)
      const location = new URL(headers.location ?? '', `http://box${path}`)
      expect(`${location.pathname}${location.search}`).toBe(
        `/admin/view.html?of=${encodeURIComponent(path.slice(1))}`,
      )
      expect((await bed.ask({ path }, NEIGHBOUR)).status).toBe(403)
      expect((await bed.ask({ path }, AS_PERSON)).status).toBe(200)
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
    const late = await bed.tryLogIn(PASSWORD, NEIGHBOUR)
    expect(late.status).toBe(429)
    expect(late.body).toContain('wait a minute')
    expect(bed.door.logged('limit')).toMatchObject([
      { limit: 'password-tries', userIp: '192.168.1.7' },
    ])
    expect(bed.door.logged('login-refused')).toHaveLength(10)
    expect(await bed.logIn()).not.toBe('')
  })

  test('right ones are not counted', async () => {
    bed = await AdminBed.startWithPassword()
    for (let logins = 0; logins < 15; logins++) {
      const { status } = await bed.callWith({}, 'POST', '/login', { password: PASSWORD })
      expect(status).toBe(200)
    }
  })
})
