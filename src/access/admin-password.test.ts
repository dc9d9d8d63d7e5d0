import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ManualClock } from '../../test/support/manual-clock.ts'
import { AdminPassword } from './admin-password.ts'

const KEY = Buffer.alloc(32, 1)
const PASSWORD = 'Grüße an alle'
let dir: string
let path: string
let logged: string[]

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'password-'))
  path = join(dir, 'admin.json')
  logged = []
})
afterEach(() => rm(dir, { recursive: true }))

function open(given?: string): Promise<AdminPassword> {
  const write = (_fields: object, text: string) => logged.push(text)
  const log = { notice: write, warn: write, error: write }
  return AdminPassword.open({ path, given, key: KEY, clock: new ManualClock(), log })
}

test('[ADMIN1] there is none at first, which nothing matches', async () => {
  const password = await open()
  expect([password.id, password.isGiven, await password.matches('')]).toEqual([
    undefined,
    false,
    false,
  ])
})

test('[ADMIN1] the one that is set is known again, however it is typed, and no other is', async () => {
  await (await open()).set(PASSWORD)
  const password = await open()
  const tried = [PASSWORD, ` ${PASSWORD} `, 'Gru\u0308ße an alle', 'grüße an alle', '']
  const found = await Promise.all(tried.map((each) => password.matches(each)))
  expect(found).toEqual([true, true, true, false, false])
})

test('[ADMIN1] what is kept is a hash with a salt of its own, for its owner only', async () => {
  const password = await open()
  const hashes = new Set<string>()
  for (let times = 0; times < 2; times++) {
    await password.set(PASSWORD)
    const text = await readFile(path, 'utf8')
    expect(text).not.toContain('an alle')
    hashes.add(JSON.parse(text).password.hash)
  }
  expect(hashes.size).toBe(2)
  expect((await stat(path)).mode & 0o777).toBe(0o600)
})

test('[ADMIN4] each that is set has another id, and so has each of the settings', async () => {
  const password = await open()
  await password.set(PASSWORD)
  const first = password.id
  await password.set(PASSWORD)
  expect(password.id).not.toBe(first)
  const [one, same, other] = await Promise.all(
    ['a password', 'a password', 'another one'].map(open),
  )
  expect(one?.id).toBe(same?.id)
  expect(one?.id).not.toBe(other?.id)
})

test('[ADMIN1] the one of the settings counts, and the other one again without it', async () => {
  await (await open()).set(PASSWORD)
  const given = await open('of the settings')
  expect([given.isGiven, await given.matches('of the settings')]).toEqual([true, true])
  expect(await given.matches(PASSWORD)).toBe(false)
  expect(await (await open()).matches(PASSWORD)).toBe(true)
})

test.each(['', '{', '{"id":"x"}', '{"id":"x","password":{"N":0,"r":8,"p":5,"salt":"","hash":""}}'])(
  'a file that is damaged (%j) is set aside, and there is none',
  async (text) => {
    await writeFile(path, text)
    expect((await open()).id).toBeUndefined()
    expect(await readdir(dir)).toEqual([expect.stringMatching(/^admin\.json\.damaged-/)])
    expect(logged).toEqual([
      'the admin password is damaged: set a new one by the link that is shown',
    ])
  },
)

test('[ADMIN1] one in place of another that cannot be written is refused, and the other still counts', async () => {
  const password = await open()
  await password.set(PASSWORD)
  await rm(dir, { recursive: true })
  await expect(password.set('staple and nine lives')).rejects.toThrow('ENOENT')
  expect(await password.matches(PASSWORD)).toBe(true)
  await mkdir(dir)
})

test('[ADMIN1] the first counts even if it cannot be written, and is written when it can be', async () => {
  const password = await open()
  await rm(dir, { recursive: true })
  await password.set(PASSWORD)
  expect(await password.matches(PASSWORD)).toBe(true)
  expect(logged).toEqual([expect.stringContaining('until there is room')])
  await mkdir(dir)
  await password.close()
  expect(await (await open()).matches(PASSWORD)).toBe(true)
})
