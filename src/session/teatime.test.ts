import { expect, it } from 'vitest'
import { Teatime } from './teatime.ts'

it('runs in whole milliseconds from where it was', () => {
  const teatime = new Teatime(100.25, 5000, 1)
  expect(teatime.at(100.25)).toBe(5000)
  expect(teatime.at(101.2)).toBe(5000)
  expect(teatime.at(101.25)).toBe(5001)
})

it('[TIME2] never goes back, even if the clock does', () => {
  const teatime = new Teatime(0, 0, 1)
  expect(teatime.at(500)).toBe(500)
  expect(teatime.at(400)).toBe(500)
  teatime.setScale(0.5, 450)
  expect(teatime.at(451)).toBe(500)
  expect(teatime.at(460)).toBe(505)
})

it('goes on from the present time at another scale', () => {
  const teatime = new Teatime(0, 0, 1)
  teatime.setScale(4, 100)
  expect(teatime.at(110)).toBe(140)
  expect(teatime.when(140)).toBe(110)
  expect(teatime.rawAt(110)).toBe(110)
})

it('[TIME3] limits the scale to 1/64…64', () => {
  const teatime = new Teatime(0, 0, 1)
  teatime.setScale(1e9, 0)
  expect(teatime.scale).toBe(64)
  teatime.setScale(1e-9, 0)
  expect(teatime.scale).toBe(1 / 64)
})
