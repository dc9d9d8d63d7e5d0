import { beforeEach, expect, test } from 'vitest'
import { ManualClock } from '../../test/support/manual-clock.ts'
import { Chronicle } from './chronicle.ts'
import { HealthMeter } from './health.ts'
import { LogTail } from './log-tail.ts'
import { RateMeter } from './rates.ts'
import { idOf, LABEL, member, SampleDesk, session, visitor } from './sample-facts.ts'
import { MAX_VIEWERS, type Overview, Viewers, type ViewOrder } from './viewers.ts'

const [A, B] = [idOf('A'), idOf('B')]
const NOTHING: ViewOrder = { showsSessions: false, rows: [], sessionId: undefined, log: undefined }
const TABLE: ViewOrder = { ...NOTHING, showsSessions: true }

let clock: ManualClock
let desk: SampleDesk
let chronicle: Chronicle
let tail: LogTail
let viewers: Viewers

beforeEach(() => {
  clock = new ManualClock()
  desk = new SampleDesk()
  tail = new LogTail()
  const wallTime = () => clock.wallTime()
  chronicle = new Chronicle(wallTime)
  const health = new HealthMeter({
    ...{ desk, clock, versions: { box: '1', node: '24' }, missing: () => [] },
    store: { volume: async () => ({ usedBytes: 1, freeBytes: 1 }) },
    takeVitals: () => ({ cpuMs: 0, memoryBytes: 1, eventLoopDelayMs: { mean: 0, max: 0 } }),
    takePunctuality: () => ({ tickLatenessMs: 0, commitMs: 0 }),
  })
  const rates = new RateMeter(wallTime)
  viewers = new Viewers({
    desk,
    chronicle,
    turnedAway: { count: 0 },
    rates,
    health,
    tail,
    timers: clock,
  })
})

/** Somebody who looks, and what they were told. */
function viewer(order: ViewOrder) {
  const told: Array<readonly [event: string, data: object]> = []
  const sink = {
    isReady: true,
    isGood: true,
    isEnded: false,
    send: (event: string, data: object) => void told.push([event, data]),
    end: () => {
      sink.isEnded = true
    },
  }
  const leave = viewers.add(order, sink)
  return {
    told,
    sink,
    leave,
    overviews: () =>
      told.filter(([event]) => event === 'overview').map(([, data]) => data as Overview),
  }
}

test('a viewer is told at once, and then every second, for as long as it is there', () => {
  const { told, leave } = viewer(NOTHING)
  expect(told).toHaveLength(1)
  clock.advanceTo(3000)
  expect(told).toHaveLength(4)
  leave()
  leave()
  expect(clock.pending).toBe(0)
})

test('a viewer of the table is told which sessions came, changed and went, once', () => {
  const { overviews } = viewer(TABLE)
  desk.put(session('A'))
  desk.put(session('B', { users: 2 }))
  viewers.noteChange(A)
  viewers.noteChange(B)
  desk.running.delete(B)
  clock.advanceTo(1000)
  expect(overviews()[1]).toMatchObject({ changed: [{ id: A }], closed: [B] })
  clock.advanceTo(2000)
  expect(overviews()[2]).toMatchObject({ changed: [], closed: [] })
})

test('others are not told of them', () => {
  const { overviews } = viewer(NOTHING)
  desk.put(session('A'))
  viewers.noteChange(A)
  clock.advanceTo(1000)
  expect(overviews()[1]).toMatchObject({ changed: [], closed: [] })
})

test('numbers come for the lines on screen only', () => {
  desk.put(session('A'))
  desk.put(session('B'))
  const { overviews } = viewer({ ...TABLE, rows: [B, idOf('C')] })
  expect(overviews()[0]?.rows.map(({ id }) => id)).toEqual([B])
})

test('what a slow viewer would be told is dropped, but not that a session came', () => {
  const slow = viewer(TABLE)
  slow.sink.isReady = false
  desk.put(session('A'))
  viewers.noteChange(A)
  clock.advanceTo(5000)
  expect(slow.told).toHaveLength(1)
  slow.sink.isReady = true
  clock.advanceTo(6000)
  expect(slow.overviews()[1]).toMatchObject({ changed: [{ id: A }] })
})

test('very many changes come bit by bit', () => {
  const { overviews } = viewer(TABLE)
  for (let index = 0; index < 700; index++) viewers.noteChange(`${index}`)
  clock.advanceTo(2000)
  expect(overviews().map(({ closed }) => closed.length)).toEqual([0, 500, 200])
})

test('the page of a session is told who is in it, until it is gone', () => {
  desk.put(session('A', { users: 3 }))
  desk.here = [
    member('ada', { latencyMs: 10 }),
    member('bob', { latencyMs: 30, isViewer: true }),
    member('eve', { latencyMs: 20 }),
  ]
  chronicle.joined(A, LABEL, visitor('ada'))
  chronicle.snapshotTaken(A, 1234)
  const payload = '{"hash":"h"}'
  chronicle.voted(A, visitor('ada'), { tuttiKey: 'snapshot@1', payload })
  const { told } = viewer({ ...NOTHING, sessionId: A })
  expect(told[1]).toMatchObject([
    'session',
    {
      session: {
        members: [
          { name: 'ada', role: 'participant' },
          { name: 'bob', role: 'viewer' },
          { name: 'eve' },
        ],
        latencyMs: { median: 20, max: 30 },
        snapshots: [{ time: 1234 }],
        vote: { groups: [{ names: ['ada'] }] },
      },
    },
  ])
  desk.running.clear()
  clock.advanceTo(1000)
  expect(told.at(-1)).toEqual(['session', { session: null }])
})

test('the log is told as it goes on', () => {
  tail.write('{"level":"info","message":"before"}')
  const { told } = viewer({ ...NOTHING, log: { level: 'info', sessionId: undefined, text: '' } })
  clock.advanceTo(1000)
  tail.write('{"level":"info","message":"a"}')
  tail.write('{"level":"debug","message":"b"}')
  clock.advanceTo(3000)
  const lines = told.filter(([event]) => event === 'log')
  expect(lines).toMatchObject([['log', { lines: [{ message: 'a' }] }]])
})

test('there is an end to how many may look', () => {
  const leaves = Array.from({ length: MAX_VIEWERS }, () => viewer(NOTHING).leave)
  expect(viewers.isFull).toBe(true)
  leaves[0]?.()
  expect(viewers.isFull).toBe(false)
})

test('when the box stops all of them are sent away', () => {
  const { sink } = viewer(NOTHING)
  viewers.close()
  expect(sink.isEnded).toBe(true)
  expect(clock.pending).toBe(0)
})

test('a viewer whose login has ended is sent away', () => {
  const { told, sink } = viewer(NOTHING)
  sink.isGood = false
  clock.advanceTo(1000)
  expect(sink.isEnded).toBe(true)
  expect(told).toHaveLength(1)
})
