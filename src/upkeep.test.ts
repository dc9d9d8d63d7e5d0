import { beforeEach, expect, it } from 'vitest'
import { ManualClock } from '../test/support/manual-clock.ts'
import type { GarbageReport } from './journal/garbage.ts'
import type { InventoryReport } from './journal/inventory.ts'
import type { Log } from './reflector/ports.ts'
import { Upkeep, type UpkeepParts } from './upkeep.ts'

const NONE = { count: 0, paths: [] }
const INVENTORY: InventoryReport = {
  ...{ adopted: NONE, missing: NONE, changed: NONE, foreign: NONE, stuck: NONE },
  lost: { count: 2, paths: ['a', 'b'] },
}
const NOTHING = { count: 0, bytes: 0 }
const GARBAGE: GarbageReport = {
  ...{ session: NOTHING, snapshot: NOTHING, 'saved data': NOTHING },
  ...{ 'persisted file': NOTHING, 'data file': NOTHING },
  'snapshot file': { count: 3, bytes: 300 },
}
const RULES = { keptSnapshots: 3, sessionDays: 0, dataDays: 0, running: new Set<string>() }

let clock: ManualClock
let logged: Array<{ level: string; event: unknown }>
let collections: number
let stops: number

beforeEach(() => {
  clock = new ManualClock()
  logged = []
  collections = 0
  stops = 0
})

function upkeep(changes: Partial<UpkeepParts> = {}): Upkeep {
  const at = (level: string) => (fields: object) => {
    logged.push({ level, event: (fields as { event?: unknown }).event })
  }
  const log: Log = {
    ...{ debug: at('debug'), info: at('info'), notice: at('notice') },
    ...{ warn: at('warn'), error: at('error') },
  }
  const collectGarbage = async () => {
    collections += 1
    return GARBAGE
  }
  const stop = async () => {
    stops += 1
  }
  return new Upkeep({
    journal: { takeInventory: async () => INVENTORY, collectGarbage },
    checkDatabase: () => ({ findings: Promise.resolve(['page 3 is no page']), stop }),
    garbageRules: () => RULES,
    clock,
    timers: clock,
    log,
    ...changes,
  })
}

const advanceTo = async (ms: number) => {
  clock.advanceTo(ms)
  await new Promise(setImmediate)
}

it('looks through what is stored a minute after the start, and tells what is wrong', async () => {
  upkeep().start()
  await advanceTo(59_999)
  expect(logged).toEqual([])
  await advanceTo(60_000)
  expect(logged).toEqual([
    { level: 'error', event: 'uploads-lost' },
    { level: 'error', event: 'database-damaged' },
  ])
})

it('collects garbage every hour, and tells what went', async () => {
  upkeep().start()
  for (const minutes of [10, 60, 120]) await advanceTo(minutes * 60_000)
  expect(collections).toBe(3)
  expect(logged.filter(({ event }) => event === 'garbage')).toHaveLength(3)
})

it('collects nothing while nothing may go', async () => {
  upkeep({ garbageRules: () => undefined }).start()
  await advanceTo(3 * 3_600_000)
  expect(collections).toBe(0)
})

it('does not begin to collect before it is through', async () => {
  const { promise, resolve } = Promise.withResolvers<GarbageReport>()
  const collectGarbage = () => {
    collections += 1
    return promise
  }
  upkeep({ journal: { takeInventory: async () => INVENTORY, collectGarbage } }).start()
  for (const hours of [1, 2, 3]) await advanceTo(hours * 3_600_000)
  expect(collections).toBe(1)
  resolve(GARBAGE)
  await new Promise(setImmediate)
  await advanceTo(4 * 3_600_000)
  expect(collections).toBe(2)
})

it('collects nothing by a clock that has just jumped', async () => {
  let jump = 0
  const wallTime = () => clock.wallTime() + jump
  upkeep({ clock: { now: () => clock.now(), wallTime } }).start()
  await advanceTo(10 * 60_000)
  jump = 5 * 365 * 24 * 3_600_000
  await advanceTo(60 * 60_000)
  expect(collections).toBe(1)
  expect(logged.at(-1)).toEqual({ level: 'info', event: 'clock-jumped' })
  await advanceTo(2 * 60 * 60_000)
  expect(collections).toBe(2)
})

it('tells what it could not do, and goes on', async () => {
  const takeInventory = () => Promise.reject(new Error('disk'))
  upkeep({ journal: { takeInventory, collectGarbage: async () => GARBAGE } }).start()
  await advanceTo(60_000)
  expect(logged.map(({ event }) => event)).toEqual(['inventory', 'database-damaged'])
})

it('begins nothing more when it is stopped in between', async () => {
  const { promise, reject } = Promise.withResolvers<InventoryReport>()
  let checks = 0
  const stopped = upkeep({
    journal: { takeInventory: () => promise, collectGarbage: async () => GARBAGE },
    checkDatabase: () => {
      checks += 1
      return { findings: Promise.resolve([]), stop: async () => {} }
    },
  })
  stopped.start()
  await advanceTo(60_000)
  await stopped.stop()
  reject(new Error('the journal is closed'))
  await new Promise(setImmediate)
  expect([checks, logged]).toEqual([0, []])
})

it('leaves nothing behind when it is stopped', async () => {
  const { promise } = Promise.withResolvers<undefined>()
  const stop = async () => {
    stops += 1
  }
  const stopped = upkeep({ checkDatabase: () => ({ findings: promise, stop }) })
  stopped.start()
  await advanceTo(60_000)
  await stopped.stop()
  expect([stops, clock.pending]).toEqual([1, 0])
})

it('collects garbage when somebody wants it, but not twice at a time, nor where nothing may go', async () => {
  const { promise, resolve } = Promise.withResolvers<GarbageReport>()
  const collectGarbage = () => promise
  const busy = upkeep({ journal: { takeInventory: async () => INVENTORY, collectGarbage } })
  const first = busy.collectNow()
  expect(await busy.collectNow()).toBeUndefined()
  resolve(GARBAGE)
  expect(await first).toBe(GARBAGE)
  expect(logged).toContainEqual({ level: 'info', event: 'garbage' })
  expect(await busy.collectNow()).toBe(GARBAGE)
  expect(await upkeep({ garbageRules: () => undefined }).collectNow()).toBeUndefined()
})
