import { expect, it } from 'vitest'
import { type CpuProfile, selfTimes } from './cpu-profile.ts'

const TURN = new URL('../src/reflector/turn.ts', import.meta.url).href
const PROFILE: CpuProfile = {
  nodes: [
    { id: 1, callFrame: { functionName: '(idle)', url: '', lineNumber: -1 } },
    { id: 2, callFrame: { functionName: 'flush', url: TURN, lineNumber: 9 } },
    { id: 3, callFrame: { functionName: '', url: 'node:net', lineNumber: 4 } },
    // The same function, called from elsewhere.
    { id: 4, callFrame: { functionName: 'flush', url: TURN, lineNumber: 9 } },
  ],
  startTime: 1000,
  samples: [3, 2, 1, 4, 3, 2],
  timeDeltas: [0, 1000, 2000, 4000, 3000, 1000],
}

it('sums the time in which a function was on top, whoever called it, without idling', () => {
  expect(selfTimes(PROFILE, { from: 0, to: 100_000 })).toEqual([
    { name: 'flush', place: 'src/reflector/turn.ts:10', ms: 5 },
    { name: '(anonymous)', place: 'node:net:5', ms: 2 },
  ])
})

it('looks at a span of time only, so that a start does not count', () => {
  expect(selfTimes(PROFILE, { from: 2500, to: 8000 })).toEqual([
    { name: 'flush', place: 'src/reflector/turn.ts:10', ms: 3 },
  ])
})
