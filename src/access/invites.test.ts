import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Invites } from './invites.ts'
import { openKey, readKey } from './key-file.ts'

const HOUR_MS = 3_600_000
let dir: string
let now: number
let errors: object[]
const clock = { now: () => 0, wallTime: () => now }
const log = {
  notice: () => {},
  warn: () => {},
  error: (fields: object) => void errors.push(fields),
}

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'invites-'))
  now = Date.parse('2030-01-01T00:00:00Z')
  errors = []
})
afterEach(() => rm(dir, { recursive: true }))

const open = () => Invites.open(join(dir, 'invites.json'), clock, log)

test('[ACCESS5] invites outlive a restart, until they run out or are revoked', async () => {
  const invites = await open()
  const short = await invites.create({ role: 'viewer', hours: 1, label: 'class 7b' })
  const long = await invites.create({ role: 'admin', hours: 2, appId: 'org.app' })
  expect(short).toMatchObject({
    appId: null,
    sessionId: null,
    expiresAt: '2030-01-01T01:00:00.000Z',
  })
  const again = await open()
  expect(again.list()).toEqual([short, long])
  now += HOUR_MS
  expect(again.find(short.id)).toBeUndefined()
  expect(again.find(long.id)).toEqual(long)
  expect(await again.revoke(long.id)).toEqual(long)
  expect(await again.revoke(long.id)).toBeUndefined()
  expect((await open()).list()).toEqual([])
})

test('[ROLE8] a link of before there was a persistentId is as good as ever', async () => {
  const made = await (await open()).create({ role: 'viewer', hours: 1, appId: 'org.app' })
  const { persistentId, ...before } = made
  expect(persistentId).toBeNull()
  await writeFile(join(dir, 'invites.json'), JSON.stringify({ invites: [before] }))
  const invites = await open()
  expect(invites.find(made.id)).toEqual(before)
  expect(errors).toEqual([])
})

test('changes that come together are all kept', async () => {
  const invites = await open()
  const made = await Promise.all(
    Array.from({ length: 20 }, () => invites.create({ role: 'participant', hours: 1 })),
  )
  await Promise.all(made.slice(1).map(({ id }) => invites.revoke(id)))
  expect((await open()).list()).toEqual(made.slice(0, 1))
})

test.each([
  '',
  '{',
  '[]',
  '{"invites":[{"id":1}]}',
  '{"invites":[{"id":"a","role":"king","appId":null,"sessionId":null,"label":"","createdAt":"","expiresAt":"2031-01-01"}]}',
])('a damaged list (%s) lets nobody in, is set aside and reported', async (text) => {
  await writeFile(join(dir, 'invites.json'), text)
  expect((await open()).list()).toEqual([])
  expect(errors).toMatchObject([
    { event: 'invites-damaged', movedTo: expect.stringContaining(dir) },
  ])
  const [name = ''] = await readdir(dir)
  expect(name).toBe('invites.json.damaged-2030-01-01T00-00-00-000Z')
  expect(await readFile(join(dir, name), 'utf8')).toBe(text)
})

test('the key is made once, for its owner alone', async () => {
  expect(await readKey(dir)).toBeUndefined()
  const key = await openKey(dir, clock, log)
  expect(key).toHaveLength(32)
  expect(await openKey(dir, clock, log)).toEqual(key)
  expect(await readKey(dir)).toEqual(key)
  expect((await stat(join(dir, 'key'))).mode & 0o777).toBe(0o600)
})

test('a damaged key is set aside and reported', async () => {
  await writeFile(join(dir, 'key'), 'short')
  expect(await readKey(dir)).toBeUndefined()
  expect(await openKey(dir, clock, log)).toHaveLength(32)
  expect(errors).toMatchObject([{ event: 'access-key-damaged' }])
  expect((await readdir(dir)).sort()).toEqual(['key', 'key.damaged-2030-01-01T00-00-00-000Z'])
})
