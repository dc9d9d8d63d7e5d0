import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ManualClock } from '../../test/support/manual-clock.ts'
import { ApiTokens } from './api-tokens.ts'

const HOUR_MS = 3_600_000
let dir: string
let clock: ManualClock
let logged: string[]

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'tokens-'))
  clock = new ManualClock()
  logged = []
})
afterEach(() => rm(dir, { recursive: true }))

function open(): Promise<ApiTokens> {
  const write = (_fields: object, text: string) => logged.push(text)
  return ApiTokens.open(join(dir, 'tokens.json'), clock, {
    notice: write,
    warn: write,
    error: write,
  })
}

test('[ADMIN8] one is good until its time has come, or for ever', async () => {
  const tokens = await open()
  const { id } = await tokens.create({ name: 'a', role: 'admin', hours: 2 })
  const { id: lasting } = await tokens.create({ name: 'b', role: 'monitor' })
  clock.advanceTo(2 * HOUR_MS - 1)
  expect(tokens.list().map((token) => token.id)).toEqual([id, lasting])
  clock.advanceTo(2 * HOUR_MS)
  expect([tokens.find(id), tokens.use(id), await tokens.revoke(id)]).toEqual([
    undefined,
    undefined,
    undefined,
  ])
  expect(tokens.find(lasting)).toMatchObject({ name: 'b', role: 'monitor', expiresAt: null })
})

test('[ADMIN8] when it was used is written down, to ten minutes', async () => {
  const tokens = await open()
  const { id } = await tokens.create({ name: 'a', role: 'admin' })
  const lastUsed = async () => (await open()).find(id)?.lastUsedAt
  for (const [now, noted] of [
    [HOUR_MS, HOUR_MS],
    [HOUR_MS + 599_999, HOUR_MS],
    [HOUR_MS + 600_000, HOUR_MS + 600_000],
  ] as const) {
    clock.advanceTo(now)
    tokens.use(id)
    await tokens.close()
    const time = new Date(clock.wallTime() - now + noted).toISOString()
    expect(await lastUsed()).toBe(time)
  }
})

test('[ADMIN8] nothing of what a program shows is kept', async () => {
  const tokens = await open()
  await tokens.create({ name: 'a', role: 'admin' })
  const kept = JSON.parse(await readFile(join(dir, 'tokens.json'), 'utf8'))
  expect(Object.keys(kept.tokens[0])).toEqual([
    'id',
    'name',
    'role',
    'createdAt',
    'expiresAt',
    'lastUsedAt',
  ])
})

test.each(['', '{"tokens":[{"id":"x","role":"king"}]}'])(
  'a list that is damaged (%j) is set aside, and no token is good',
  async (text) => {
    await writeFile(join(dir, 'tokens.json'), text)
    expect((await open()).list()).toEqual([])
    expect(logged).toEqual([
      'the list of API tokens is damaged: none is good any more, make new ones',
    ])
  },
)
