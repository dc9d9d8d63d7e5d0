import { expect, it } from 'vitest'
import type { StepResult } from './generator-result.ts'
import { clientTroubles, stepTroubles } from './step.ts'

const NONE = { n: 0, mean: 0, p50: 0, p99: 0, p999: 0, max: 0 }
const GOOD: StepResult = {
  step: 'c32:1',
  offeredMsgs: 100,
  deliveriesPerSec: 1000,
  ticksPerSec: 0,
  sustained: true,
  cpuShare: 1,
  cpuUsPerDelivery: 10,
  cpuUsPerFrame: 10,
  cpuUsPerMessage: 100,
  othersCpu: 0,
  silentSec: 0.01,
  gaps: 0,
  latencyMs: NONE,
  tickErrMs: NONE,
  tickIntervalMs: NONE,
}

it('has nothing to say of a step in which all went well', () => {
  expect(stepTroubles('saturated', GOOD)).toEqual([])
})

it('tells when nothing was delivered, or nothing any more', () => {
  expect(stepTroubles('saturated', { ...GOOD, deliveriesPerSec: 0, silentSec: 2 })).toEqual([
    'saturated: NOTHING WAS DELIVERED, so there is no figure',
  ])
  expect(stepTroubles('saturated', { ...GOOD, silentSec: 1.26 })).toEqual([
    'saturated: nothing was delivered any more in its last 1.3 s',
  ])
})

it('tells of messages that are missing or out of order', () => {
  expect(stepTroubles('saturated', { ...GOOD, gaps: 3 })).toEqual([
    'saturated: 3 messages did not follow on the one before',
  ])
})

it('tells who did not get in, and who was sent away', () => {
  const closes = { dead: 2, closeCodes: { 4001: 2 } }
  expect(clientTroubles('100 clients', { live: 98, expected: 100, closes })).toEqual([
    '100 clients: only 98 of 100 were in',
    '100 clients: 2 connections were closed (2 with 4001)',
  ])
})
