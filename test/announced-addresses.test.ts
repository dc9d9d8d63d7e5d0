import { afterEach, expect, test } from 'vitest'
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
