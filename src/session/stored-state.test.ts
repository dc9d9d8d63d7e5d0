import { expect, it } from 'vitest'
import type { SessionState } from './record.ts'
import { StoredState, stateAfter } from './stored-state.ts'

const STATE: SessionState = {
  name: 'name',
  appId: 'app',
  persistentId: undefined,
  isAppUnknown: false,
  pageUrl: 'http://page/',
  timeline: 'timeline',
  tove: undefined,
  time: 10,
  position: 3,
  tick: 50,
  delay: 0,
  scale: 1,
  flags: { rawtime: true },
  completedTallies: { remembered: [['key', 5]], forgottenTime: -1 },
  persistedPath: undefined,
}

function restored(): StoredState {
  const stored = new StoredState()
  stored.start(STATE)
  return stored
}

it('takes the whole state when a timeline begins, and only then', () => {
  const stored = new StoredState()
  stored.start(undefined)
  expect(stored.lacks(STATE)).toBe(true)
  expect(stored.take(STATE)).toEqual({ state: STATE })
  expect(stored.lacks(STATE)).toBe(false)
  expect(stored.take({ ...STATE, tick: 60 })).toEqual({ changes: { tick: 60 } })
})

it('takes nothing of a state that is equal, however it was made', () => {
  const stored = restored()
  const equal = structuredClone(STATE)
  expect(stored.lacks(equal)).toBe(false)
  expect(stored.take(equal)).toEqual({})
})

it.each<Partial<SessionState>>([
  { name: 'other' },
  { appId: undefined },
  { persistentId: 'id' },
  { pageUrl: '' },
  { time: 9 },
  { time: 11 },
  { tick: 51 },
  { delay: 1 },
  { scale: 2 },
  { flags: {} },
  { flags: { rawtime: true, other: true } },
  { completedTallies: { remembered: [['key', 6]], forgottenTime: -1 } },
  { completedTallies: { remembered: [], forgottenTime: 5 } },
])('takes what changed, which makes up the state: %j', (change) => {
  const stored = restored()
  const now = { ...STATE, ...change }
  expect(stored.lacks(now)).toBe(true)
  const { state, changes = {} } = stored.take(now)
  expect(state).toBeUndefined()
  expect(Object.keys(changes)).toEqual(Object.keys(change))
  expect(stateAfter(STATE, JSON.parse(JSON.stringify(changes)))).toEqual(now)
  expect(stored.take(now)).toEqual({})
})

it('knows that messages and reserved times move the time on, and never back', () => {
  const stored = restored()
  stored.movedOn(5000)
  stored.movedOn(4000)
  expect(stored.take({ ...STATE, time: 5000, position: 4 })).toEqual({})
  expect(stored.take({ ...STATE, time: 300 })).toEqual({ changes: { time: 300 } })
})
