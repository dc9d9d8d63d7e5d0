import { afterEach, describe, expect, test } from 'vitest'
import type { AnnouncedUrls } from '../src/admin/address-routes.ts'
import { AdminBed, PASSWORD } from './support/admin-bed.ts'

/** As docker-compose.yml has it: what the box sees of its machine leads nowhere. */
const IN_CONTAINER = { BOX_URLS: 'http://localhost/,https://localhost:8443/' }
let bed: AdminBed

afterEach(() => bed.stop())

async function known(): Promise<AnnouncedUrls> {
  const { status, body } = await bed.callBy(await bed.logIn(), 'GET', '/addresses')
  expect(status).toBe(200)
  return JSON.parse(body)
}

/** Of a request to the dashboard that came by that host. */
const by = (host: string) => ({ host: `${host}:${bed.door.box.adminPort}` })

test('[ADMIN15] a box in a container tells what the settings say of where others reach it', async () => {
  bed = await AdminBed.startWithPassword({ ...IN_CONTAINER, BOX_HOSTNAMES: 'box.school' })
  const { others, here, lonely } = await known()
  expect(others.urls).toEqual(['http://box.school/', 'https://box.school:8443/'])
  expect(others.adminUrls[0]).toBe(`http://box.school:${bed.door.box.adminPort}/`)
  expect(here.urls).toEqual(['http://localhost/', 'https://localhost:8443/'])
  expect(lonely).toBeNull()
})

test('[ADMIN15] by which host an admin logged in the box remembers, also after a restart', async () => {
  bed = await AdminBed.startWithPassword(IN_CONTAINER)
  expect(await known()).toMatchObject({ others: { urls: [] }, lonely: 'unknown' })
  await bed.logIn(PASSWORD, by('192.168.1.20'))
  const urls = ['http://192.168.1.20/', 'https://192.168.1.20:8443/']
  expect((await known()).others.urls).toEqual(urls)
  bed = await bed.restart({ ...IN_CONTAINER, BOX_ADMIN_PASSWORD: PASSWORD })
  expect((await known()).others.urls).toEqual(urls)
})

test('[ADMIN15] a host is not remembered for a wrong password, nor for a program', async () => {
  bed = await AdminBed.startWithPassword(IN_CONTAINER)
  expect((await bed.tryLogIn('wrong password', by('192.168.1.66'))).status).toBe(401)
  const program = { password: PASSWORD, kind: 'program' }
  expect((await bed.callWith(by('192.168.1.67'), 'POST', '/login', program)).status).toBe(200)
  expect((await known()).others.urls).toEqual([])
})

test('[ADMIN15] where the box is reached is told to those who look after it only', async () => {
  bed = await AdminBed.startWithPassword(IN_CONTAINER)
  expect((await bed.callWith({}, 'GET', '/addresses')).status).toBe(401)
})

const SAID = '192.168.1.20'
const SAID_URLS = ['http://192.168.1.20/', 'https://192.168.1.20:8443/']

describe('[ADMIN15] by which host others open the box an admin', () => {
  const put = (token: string, said: unknown) => bed.callBy(token, 'PUT', '/addresses', { said })

  test('can say, as it is typed, for ever, and take back', async () => {
    bed = await AdminBed.startWithPassword(IN_CONTAINER)
    const { status, body } = await put(await bed.logIn(), `http://${SAID}:8443/`)
    expect(status).toBe(200)
    expect(JSON.parse(body)).toMatchObject({
      said: SAID,
      lonely: null,
      others: { urls: SAID_URLS },
    })
    bed = await bed.restart({ ...IN_CONTAINER, BOX_ADMIN_PASSWORD: PASSWORD })
    expect(await known()).toMatchObject({ said: SAID, others: { urls: SAID_URLS } })
    const lines = await bed.door.box.logLines
    expect((await put(await bed.logIn(), null)).status).toBe(200)
    expect(lines.some((line) => line.includes('address-said'))).toBe(true)
    expect(await known()).toMatchObject({ said: null, lonely: 'unknown' })
  })

  test('is told what is wrong with it, and nothing changes', async () => {
    bed = await AdminBed.startWithPassword(IN_CONTAINER)
    const token = await bed.logIn()
    await put(token, SAID)
    for (const [said, words] of [
      ['my box', '“my box” is no host name or IP address'],
      ['localhost', 'leads each device to itself'],
      ['192.168.1.20:3000', 'not at 3000'],
    ]) {
      const { status, body } = await put(token, said)
      expect(status).toBe(400)
      expect(JSON.parse(body).detail).toContain(words)
    }
    for (const said of [7, 'a'.repeat(301)]) expect((await put(token, said)).status).toBe(400)
    expect(await known()).toMatchObject({ said: SAID })
  })

  test('says alone: who only looks may not', async () => {
    bed = await AdminBed.startWithPassword(IN_CONTAINER)
    const order = { name: 'looks', role: 'monitor' }
    const made = await bed.callBy(await bed.logIn(), 'POST', '/tokens', order)
    const { token } = JSON.parse(made.body) as { token: string }
    expect((await put(token, SAID)).status).toBe(403)
    expect((await bed.callBy(token, 'GET', '/addresses')).status).toBe(200)
    expect((await bed.callWith({}, 'PUT', '/addresses', { said: SAID })).status).toBe(401)
  })

  test('says by a name that people then come in by', async () => {
    bed = await AdminBed.startWithPassword(IN_CONTAINER)
    const byName = { path: '/', headers: { host: 'box.school.example' } }
    expect((await bed.door.ask(byName)).status).toBe(403)
    await put(await bed.logIn(), 'box.school.example')
    expect((await bed.door.ask(byName)).status).toBe(200)
  })
})

describe('[ADMIN2] the page that takes the first password', () => {
  const AS_PERSON = { accept: 'text/html', 'sec-fetch-mode': 'navigate' }
  const page = async () => (await bed.ask({ path: `/${bed.door.box.setupPath}` }, AS_PERSON)).body
  const setUp = (said: string) => {
    const body = { code: bed.setupCode, password: PASSWORD, said }
    return bed.callWith({}, 'POST', '/setup', body)
  }

  test('asks for the address of the box only where the box cannot know it', async () => {
    bed = await AdminBed.start(IN_CONTAINER)
    expect(await page()).toContain('data-asks="address"')
    await bed.stop()
    bed = await AdminBed.start({ ...IN_CONTAINER, BOX_HOSTNAMES: 'box.school' })
    expect(await page()).toContain('data-asks=""')
    await bed.stop()
    bed = await AdminBed.start()
    expect(await page()).toContain('data-asks=""')
  })

  test('is good again when the address was wrong, and sets both when it is right', async () => {
    bed = await AdminBed.start(IN_CONTAINER)
    const refused = await setUp('my box')
    expect(refused.status).toBe(400)
    expect(JSON.parse(refused.body).detail).toMatch(/^The address for others: /)
    expect((await bed.tryLogIn()).status).not.toBe(200)
    expect((await setUp(SAID)).status).toBe(200)
    expect(await known()).toMatchObject({ said: SAID, others: { urls: SAID_URLS } })
  })

  test('takes no address for none', async () => {
    bed = await AdminBed.start(IN_CONTAINER)
    expect((await setUp('  ')).status).toBe(200)
    expect(await known()).toMatchObject({ said: null, lonely: 'unknown' })
  })
})
