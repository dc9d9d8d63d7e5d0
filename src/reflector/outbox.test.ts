import { afterEach, beforeEach, expect, it } from 'vitest'
import { ReflectorBed } from '../../test/support/reflector-bed.ts'
import type { JournalEntry } from '../session/record.ts'

const S = 'session-outbox'.padEnd(43, 'x')

let bed: ReflectorBed
beforeEach(async () => {
  bed = new ReflectorBed()
  await bed.open()
})
afterEach(() => bed.close())

/** What was committed since this was last asked. */
let known = 0
function committed(): JournalEntry[] {
  const entries = bed.store.commits.slice(known).flat()
  known = bed.store.commits.length
  return entries
}
beforeEach(() => {
  known = 0
})

it('stores the whole state when a session begins, and not again', async () => {
  await bed.member(S, 'a')
  await bed.elapse(1000)
  const first = committed()
  expect(first.filter(({ state }) => state !== undefined)).toHaveLength(1)
  const b = await bed.member(S, 'b')
  await b.ping()
  expect(committed()).toEqual([])
  await bed.elapse(1000)
  const [announcement, ...more] = committed()
  expect(more).toEqual([])
  expect(announcement).toEqual({
    sessionId: S,
    messages: expect.objectContaining({ count: 1 }),
    presence: { left: [], joined: [[2, '["b"]']], leaveDelay: 0 },
  })
})

it('stores of a state what changed', async () => {
  const a = await bed.member(S, 'a')
  await bed.elapse(1000)
  committed()
  a.send('TICKS', { tick: 77, scale: 1 })
  await a.ping()
  const [entry] = committed()
  expect(Object.keys(entry ?? {})).toEqual(['sessionId', 'changes'])
  expect(entry?.changes).toMatchObject({ tick: 77 })
  expect(Object.keys(entry?.changes ?? {}).sort()).toEqual(['tick', 'time'])
})

it('stores what is too long for one piece in several, in order, and lets it out when all is stored', async () => {
  const a = await bed.member(S, 'a')
  await bed.elapse(1000)
  committed()
  const commit = bed.store.commit.bind(bed.store)
  const stalled = Promise.withResolvers<void>()
  bed.store.commit = async (entries) => {
    await stalled.promise
    await commit(entries)
  }
  a.send('SEND', [0, 0, 'first'])
  for (let count = 0; count < 70; count++) a.send('SEND', [0, 0, `${count}${'x'.repeat(90_000)}`])
  await a.ping()
  const isHeard = () => a.argsOf('RECV').some(([, , payload]) => payload === 'first')
  expect(isHeard()).toBe(false)
  stalled.resolve()
  await a.next('RECV', ([, , payload]) => String(payload).startsWith('69x'))
  const runs = committed().flatMap(({ messages }) => messages ?? [])
  expect(runs.length).toBeGreaterThan(1)
  for (const { text } of runs) expect(text.length).toBeLessThan(4_200_000)
  const { session } = await bed.store.load(S, undefined, undefined)
  const heard = a.argsOf('RECV').map((args) => JSON.stringify(args))
  expect(session?.messages.map(({ text }) => text).join()).toBe(heard.join())
})

it('goes on with the stored state when the session was restored', async () => {
  const a = await bed.member(S, 'a')
  await bed.elapse(1000)
  await a.close()
  await bed.elapse(20_000)
  committed()
  const b = await bed.member(S, 'b')
  await b.ping()
  await bed.elapse(5000)
  const entries = committed()
  expect(entries.length).toBeGreaterThan(0)
  expect(entries.filter(({ state }) => state !== undefined)).toEqual([])
  const [users] = entries.flatMap(({ presence }) => presence?.joined ?? [])
  expect(users).toEqual([1, '["b"]'])
})
