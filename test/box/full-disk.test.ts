import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { signResetToken } from '../../src/access/box-tokens.ts'
import { readKey } from '../../src/access/key-file.ts'
import { type Fault, SmallDisk } from '../crash/faults.ts'
import { startBox, type TestBox } from '../support/start-box.ts'

const DISK_MB = 192
const PASSWORD = 'correct horse battery'
const OTHER_PASSWORD = 'staple and nine lives'
/** When there is room, what could not be written is written within this (ms). */
const WRITTEN_TIMEOUT_MS = 15_000

/** The proof of a new link for the password is good for so long (ms). */
const PROOF_LIFE_MS = 60_000
const FULL = { status: 507, body: { detail: expect.stringContaining('disk of the box is full') } }

let disk: SmallDisk | string
let box: TestBox
let fault: Fault | undefined

beforeEach(async () => {
  disk = await SmallDisk.mount(DISK_MB).catch((error: Error) => error.message)
  fault = undefined
  if (typeof disk !== 'string') box = await start()
})
afterEach(async () => {
  if (typeof disk === 'string') return
  await fault?.end()
  await box.stop()
  await disk.unmount()
})

const start = () => startBox({ BOX_FILES_DIR: (disk as SmallDisk).dir })

async function restart(): Promise<void> {
  await box.stop()
  box = await start()
}

async function fill(): Promise<void> {
  fault = await (disk as SmallDisk).fill()
}

async function makeRoom(): Promise<void> {
  await fault?.end()
}

interface Answer {
  readonly status: number
  /** JSON; {} if there is none */
  readonly body: Record<string, unknown>
}

/** Asks the interface for programs. */
async function ask(method: string, path: string, body?: object, token = ''): Promise<Answer> {
  const response = await fetch(`${box.adminUrl}/api/v1${path}`, {
    method,
    headers: {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(body && { 'content-type': 'application/json' }),
    },
    ...(body && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, body: text ? JSON.parse(text) : {} }
}

async function setUp(password = PASSWORD, path = box.setupPath): Promise<number> {
  const code = path?.split('/').at(-1)
  return (await ask('POST', '/setup', { code, password })).status
}

async function logIn(password = PASSWORD): Promise<string> {
  const { status, body } = await ask('POST', '/login', { password })
  expect([status, body]).toEqual([200, body])
  return String(body.token)
}

const isIn = async (token: string) => (await ask('GET', '/me', undefined, token)).status === 200
const deploy = (token: string) => {
  const form = new FormData()
  form.append('files', new Blob(['<h1>hello</h1>']), 'index.html')
  const headers = { authorization: `Bearer ${token}` }
  return fetch(`${box.adminUrl}/api/v1/apps/garden`, { method: 'POST', headers, body: form })
}

test('[ADMIN13] an admin logs in and out while the disk is full, and that counts after a restart', async ({
  skip,
}) => {
  if (typeof disk === 'string') return skip(disk)
  expect(await setUp()).toBe(200)
  const before = await logIn()
  await fill()
  const token = await logIn()
  expect(await isIn(token)).toBe(true)
  expect((await ask('POST', '/logout', {}, before)).status).toBe(204)
  expect(await isIn(before)).toBe(false)
  expect(box.logLines.join('')).toContain('until there is room')
  await makeRoom()
  await expect
    .poll(() => box.logLines.join(''), { timeout: WRITTEN_TIMEOUT_MS })
    .toContain('could be written again')
  await restart()
  expect([await isIn(token), await isIn(before)]).toEqual([true, false])
})

test('[ADMIN13] the first password can be set while the disk is full', async ({ skip }) => {
  if (typeof disk === 'string') return skip(disk)
  await fill()
  expect(await setUp()).toBe(200)
  await logIn()
  await makeRoom()
  await expect
    .poll(() => box.logLines.filter((line) => line.includes('could be written again')).length, {
      timeout: WRITTEN_TIMEOUT_MS,
    })
    .toBe(2)
  await restart()
  expect(box.setupPath).toBeUndefined()
  await logIn()
})

test('[ADMIN13] what has to last is refused with a sentence, and nothing of it is left', async ({
  skip,
}) => {
  if (typeof disk === 'string') return skip(disk)
  await setUp()
  const token = await logIn()
  await fill()
  const password = { current: PASSWORD, password: OTHER_PASSWORD }
  expect(await ask('PUT', '/password', password, token)).toMatchObject(FULL)
  expect(await ask('POST', '/invites', { hours: 1 }, token)).toMatchObject(FULL)
  expect(await ask('POST', '/tokens', { name: 'a', role: 'monitor' }, token)).toMatchObject(FULL)
  expect(await isIn(token)).toBe(true)
  expect((await ask('GET', '/invites', undefined, token)).body).toEqual([])
  expect((await ask('GET', '/tokens', undefined, token)).body).toEqual([])
  const key = (await readKey(join(box.filesDir, 'access'))) ?? new Uint8Array()
  const { token: proof } = await signResetToken(key, Date.now() + PROOF_LIFE_MS)
  const link = await ask('POST', '/setup-link', { proof })
  expect(await setUp(OTHER_PASSWORD, String(link.body.path))).toBe(507)
  await makeRoom()
  expect(await setUp(OTHER_PASSWORD, String(link.body.path))).toBe(200)
  await logIn(OTHER_PASSWORD)
})

test('[ADMIN13] what ends something ends it while the disk is full', async ({ skip }) => {
  if (typeof disk === 'string') return skip(disk)
  await setUp()
  const token = await logIn()
  const invite = (await ask('POST', '/invites', { hours: 1 }, token)).body
  const order = { name: 'a', role: 'monitor' }
  const monitor = (await ask('POST', '/tokens', order, token)).body
  for (let times = 0; times < 2; times += 1) expect((await deploy(token)).status).toBe(201)
  await fill()
  expect((await ask('DELETE', `/invites/${invite.id}`, undefined, token)).status).toBe(200)
  expect((await ask('DELETE', `/tokens/${monitor.id}`, undefined, token)).status).toBe(200)
  expect(await isIn(String(monitor.token))).toBe(false)
  const { body } = await ask('GET', '/apps/garden', undefined, token)
  const { active, releases } = body as { active: string; releases: { id: string }[] }
  const other = releases.find(({ id }) => id !== active)?.id ?? ''
  expect(await ask('PUT', '/apps/garden/active', { release: other }, token)).toMatchObject(FULL)
  const path = `/apps/garden/releases/${other}`
  expect(await ask('DELETE', path, undefined, token)).toMatchObject(FULL)
  expect((await ask('GET', '/apps/garden', undefined, token)).body).toEqual(body)
  expect((await ask('DELETE', '/apps/garden', undefined, token)).status).toBe(204)
  await fill()
  const garbage = await ask('DELETE', '/files/garbage', undefined, token)
  expect([200, 503], JSON.stringify(garbage)).toContain(garbage.status)
  const session = await ask('DELETE', `/sessions/${'s'.repeat(43)}`, undefined, token)
  expect([404, 503], JSON.stringify(session)).toContain(session.status)
  expect((await ask('POST', '/logout', { everywhere: true }, token)).status).toBe(204)
  expect(await isIn(token)).toBe(false)
})
