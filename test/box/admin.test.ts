import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { BoxProcess } from '../support/box-process.ts'
import { PLAIN_ENV } from '../support/plain-env.ts'

const SCRIPT = join(import.meta.dirname, '../../scripts/admin.ts')
const PASSWORD = 'correct horse battery'
const OTHER_PASSWORD = 'staple and nine lives'
const LINK = /http:\S+\/admin\/setup\/[\w-]{22}/

let dir: string
let box: BoxProcess
let url: string

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'admin-'))
})
afterEach(async () => {
  box.kill('SIGKILL')
  await box.exit
  await rm(dir, { recursive: true })
})

async function start(env: Record<string, string> = {}): Promise<void> {
  box = new BoxProcess({ BOX_HOST: '127.0.0.1', BOX_PORT: '0', BOX_FILES_DIR: dir, ...env })
  url = await box.adminUrl()
}

/** `npm run admin -- …` beside the box. */
function admin(...args: readonly string[]): Promise<{ stdout: string }> {
  const { hostname, port } = new URL(url)
  const env = {
    ...PLAIN_ENV,
    BOX_FILES_DIR: dir,
    BOX_ADMIN_PORT: port,
    BOX_HOST: hostname,
  }
  return promisify(execFile)(process.execPath, [SCRIPT, ...args], { env })
}

async function setPassword(link: string, password: string): Promise<number> {
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify({ password, code: link.split('/').at(-1) })
  return (await fetch(`${url}/api/v1/setup`, { method: 'POST', headers, body })).status
}

async function logIn(password: string): Promise<number> {
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify({ password })
  return (await fetch(`${url}/api/v1/login`, { method: 'POST', headers, body })).status
}

test('[ADMIN2] a box without a password greets with a link to set one, which is in no log', async () => {
  await start()
  await expect.poll(() => box.stdout).toMatch(LINK)
  const [link = ''] = LINK.exec(box.stdout) ?? []
  expect(await setPassword(link, PASSWORD)).toBe(200)
  expect(await logIn(PASSWORD)).toBe(200)
  expect(box.stderr).not.toContain(link.split('/').at(-1))
})

test('[ADMIN2] npm run admin -- reset makes a new link, for who forgot the password', async () => {
  await start()
  await expect.poll(() => box.stdout).toMatch(LINK)
  const [first = ''] = LINK.exec(box.stdout) ?? []
  await setPassword(first, PASSWORD)
  const [link = ''] = LINK.exec((await admin('reset')).stdout) ?? []
  expect(link.startsWith(`${url}/admin/setup/`)).toBe(true)
  expect(await logIn(PASSWORD)).toBe(200)
  expect(await setPassword(first, OTHER_PASSWORD)).toBe(410)
  expect(await setPassword(link, OTHER_PASSWORD)).toBe(200)
  expect([await logIn(PASSWORD), await logIn(OTHER_PASSWORD)]).toEqual([401, 200])
})

test('[ADMIN2] it says in words what is wrong', async () => {
  await start({ BOX_ADMIN_PASSWORD: PASSWORD })
  expect(box.stdout).not.toMatch(LINK)
  await expect(admin('reset')).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('change it there, and start the box again'),
  })
  for (const args of [[], ['set'], ['--reset'], ['reset', 'now']]) {
    await expect(admin(...args)).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('. How it is used: npm run admin -- --help'),
    })
  }
  const [body, headers] = ['{"proof":"guess"}', { 'content-type': 'application/json' }]
  const answer = await fetch(`${url}/api/v1/setup-link`, { method: 'POST', body, headers })
  expect(answer.status).toBe(403)
})
