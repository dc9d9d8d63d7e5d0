import { expect, it } from 'vitest'
import { capacityInWords } from './capacity.ts'

it('tells how many people, sessions and connections a core carries', () => {
  const words = capacityInWords({
    delivery: { size: 1000, cost: 12.5 },
    message: { size: 300, cost: 80 },
    idleKB: 12.3,
  })
  expect(words.replaceAll(/ \(.*\)/g, '')).toBe(
    [
      '- **4,000 people in one session** with 20 messages/s in all, which everybody gets',
      '- or **420 sessions of 3 people**, of whom each sends 10 messages/s',
      '- and **81,000 people who are only connected**, for each GB of memory',
    ].join('\n'),
  )
})

it('says nothing of what was not measured', () => {
  expect(capacityInWords({ delivery: undefined, message: undefined, idleKB: Number.NaN })).toBe('')
})
