import { expect, it } from 'vitest'
import { TickBeat } from './tick-beat.ts'

it('[TICK3] due times are a fixed interval apart, however late they are met', () => {
  const beat = new TickBeat(33.33)
  beat.start(0)
  const dues: number[] = []
  for (let i = 0; i < 30; i++) {
    dues.push(beat.nextDue)
    beat.next(beat.nextDue + (i % 3) * 7)
  }
  for (const [i, due] of dues.entries()) expect(due).toBeCloseTo(40 + i * 33.33, 6)
})

it('leaves out ticks that were missed altogether', () => {
  const beat = new TickBeat(50)
  beat.start(0)
  beat.next(1234)
  expect(beat.nextDue).toBe(1250)
})

it('[TICK6] keeps the interval between a sixtieth of a second and half a minute', () => {
  expect(new TickBeat(1).interval).toBeCloseTo(16.667, 2)
  expect(new TickBeat(1e9).interval).toBe(30_000)
})

it('is due never before it starts and after it stops', () => {
  const beat = new TickBeat(50)
  expect(beat.nextDue).toBe(Infinity)
  beat.start(0)
  beat.stop()
  expect(beat.nextDue).toBe(Infinity)
})
