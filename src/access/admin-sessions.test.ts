import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ManualClock } from '../../test/support/manual-clock.ts'
import { AdminSessions, SESSION_LIFE_MS } from './admin-sessions.ts'

const HOUR_MS = 3_600_000
let dir: string
let clock: ManualClock
let passwordId: string | undefined
let logged: string[]

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sessions-'))
  clock = new ManualClock()
  passwordId = 'one'
  logged = []
})
afterEach(() => rm(dir, { recursive: true }))

function open(): Promise<AdminSessions> {
  const write = (_fields: object, text: string) => logged.push(text)
  const log = { notice: write, warn: write, error: write }
  return AdminSessions.open(join(dir, 'logins.json'), () => passwordId, clock, log)
}

test('[ADMIN4] an id has 128 bits', async () => {
  const { id } = await (await open()).start('browser')
  expect(Buffer.from(id, 'base64url')).toHaveLength(16)
})

test.each([
  ['browser', 24 * HOUR_MS],
  ['program', HOUR_MS],
] as const)('[ADMIN4] a login of a %s ends when it was not used for long', async (kind, idleMs) => {
  const sessions = await open()
  const { id } = await sessions.start(kind)
  clock.advanceTo(idleMs - 1)
  expect(sessions.find(id)).toBeDefined()
  clock.advanceTo(idleMs)
  expect(sessions.use(id)).toBeUndefined()
})

test('[ADMIN4] one that is used every day ends after two weeks', async () => {
  const sessions = await open()
  const { id } = await sessions.start('browser')
  const { whole } = SESSION_LIFE_MS.browser
  for (let now = 0; now < whole; now += 12 * HOUR_MS) {
    clock.advanceTo(now)
    expect(sessions.use(id)).toBeDefined()
  }
  clock.advanceTo(whole)
  expect(sessions.use(id)).toBeUndefined()
  await sessions.close()
})

test('[ADMIN4] that it was used is remembered, to ten minutes', async () => {
  const sessions = await open()
  const { id } = await sessions.start('browser')
  clock.advanceTo(23 * HOUR_MS)
  sessions.use(id)
  await sessions.close()
  clock.advanceTo(46 * HOUR_MS)
  expect((await open()).find(id)).toBeDefined()
})

test('[ADMIN4] with another password all of them are over, and with the old one good again', async () => {
  const sessions = await open()
  const { id } = await sessions.start('browser')
  passwordId = 'another'
  expect(sessions.find(id)).toBeUndefined()
  passwordId = undefined
  expect(sessions.find(id)).toBeUndefined()
  passwordId = 'one'
  expect(sessions.find(id)).toBeDefined()
  await sessions.endAll()
  expect(sessions.find(id)).toBeUndefined()
})

test('the oldest make room when there are very many', async () => {
  const sessions = await open()
  const started = await Promise.all(Array.from({ length: 1001 }, () => sessions.start('program')))
  expect(started.filter(({ id }) => sessions.find(id) === undefined)).toEqual([started[0]])
  await sessions.close()
})

test.each(['', '{', '{"sessions":[{"id":1}]}', '{"sessions":{}}'])(
  'a list that is damaged (%j) is set aside, and nobody is logged in',
  async (text) => {
    await writeFile(join(dir, 'logins.json'), text)
    const sessions = await open()
    expect(logged).toEqual(['the list of logins is damaged: admins have to log in again'])
    expect(await readdir(dir)).toEqual([expect.stringMatching(/^logins\.json\.damaged-/)])
    expect(sessions.find('1')).toBeUndefined()
  },
)
