import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ATTACKS } from './attacks.ts'
import type { Outcome, Starts } from './outcome.ts'
import { Trial } from './trial.ts'
import { complaints, startComplaints, tableOf } from './verdict.ts'

// Six attacks at a time for a second. ABUSE=full: each alone for a minute, on a box of its own. ABUSE_MINUTES=10: all of
// them, mixed at random.
const IS_FULL = process.env.ABUSE === 'full'
const MINUTES = Number(process.env.ABUSE_MINUTES ?? 0)
const SEED = Number(process.env.ABUSE_SEED ?? Date.now() % 1_000_000)
const ATTACK_MS = IS_FULL ? 60_000 : 1000
/** So many go on together, so that it takes less time, and no more, so that it can be told whose doing it was. */
const TOGETHER = IS_FULL ? 1 : 6
/** So many go on together when they are mixed, for so long (ms). */
const MIXED = 3
const MIX_MS = 15_000
/** So many one after the other on one box. */
const GROUP = IS_FULL ? 1 : 20
/** The names of the attacks to run; all by default. */
const ONLY = process.env.ABUSE_ONLY?.split(',')
const TIMEOUT_MS = 600_000

const names = Object.keys(ATTACKS).filter((name) => ONLY?.includes(name) ?? true)
const groups = inGroups(inGroups(names, TOGETHER), GROUP)
const outcomes: Outcome[] = []
const starts = new Map<string, string>()

afterAll(() => {
  if (outcomes.length > 0) process.stdout.write(`${tableOf(outcomes, starts)}\n`)
})

describe.skipIf(MINUTES > 0).each(groups.map((group) => ({ group })))('one box', ({ group }) => {
  let trial: Trial
  let before: Starts

  beforeAll(async () => {
    trial = await Trial.begin()
    before = await trial.restart('SIGKILL')
  }, TIMEOUT_MS)
  afterAll(() => trial.end())

  test.each(group.map((some) => ({ title: some.join(' and '), some })))(
    '$title takes no more than the limits say, and others go on',
    { timeout: TIMEOUT_MS },
    async ({ some }) => {
      const options = { ms: ATTACK_MS, lengths: 'both' } as const
      const outcome = await trial.attack(some, options, showProgress())
      outcomes.push(outcome)
      expect(complaints(outcome)).toEqual([])
    },
  )

  test('the next start is as quick as ever', { timeout: TIMEOUT_MS }, async () => {
    const killed = await trial.restart('SIGKILL')
    const stopped = await trial.restart('SIGTERM')
    const shown = [before, killed, stopped].map(({ attacked }) => attacked.toFixed(0)).join(' / ')
    for (const some of group) starts.set(some.join(' + '), `${shown} ms`)
    expect([
      ...startComplaints('kill -9', killed, before),
      ...startComplaints('SIGTERM', stopped, before),
    ]).toEqual([])
  })
})

describe.runIf(MINUTES > 0)('all of them, mixed', () => {
  test('take no more than the limits say', { timeout: MINUTES * 60_000 + TIMEOUT_MS }, async () => {
    process.stderr.write(`ABUSE_SEED=${SEED}\n`)
    const random = randomFrom(SEED)
    const trial = await Trial.begin()
    try {
      const before = await trial.restart('SIGKILL')
      const end = performance.now() + MINUTES * 60_000
      const found: string[] = []
      while (performance.now() < end) {
        const some = Array.from({ length: MIXED }, () => pick(names, random))
        const options = { ms: MIX_MS, lengths: 'both' } as const
        const outcome = await trial.attack(some, options, showProgress())
        outcomes.push(outcome)
        found.push(...complaints(outcome))
        if (outcome.ended !== undefined) break
      }
      const killed = await trial.restart('SIGKILL')
      expect([...found, ...startComplaints('kill -9', killed, before)]).toEqual([])
    } finally {
      await trial.end()
    }
  })
})

/** Writes how it goes, in one line. */
function showProgress(): (text: string) => void {
  if (!IS_FULL && MINUTES === 0) return () => {}
  let last = 0
  return (text) => {
    if (performance.now() - last < 5000) return
    last = performance.now()
    process.stderr.write(`${text}\n`)
  }
}

function inGroups<T>(all: readonly T[], size: number): T[][] {
  const many = Math.ceil(all.length / size)
  return Array.from({ length: many }, (_, at) => all.slice(at * size, (at + 1) * size))
}

function pick<T>(all: readonly T[], random: () => number): T {
  return all[Math.floor(random() * all.length)] as T
}

/** Numbers from 0 to 1, the same ones for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
