import { expect, it } from 'vitest'
import { Agenda } from './agenda.ts'

it('does what is due, earliest first, and what that adds', () => {
  const done: string[] = []
  const agenda = new Agenda()
  agenda.at(20, () => done.push('b'))
  agenda.at(10, () => {
    done.push('a')
    agenda.at(15, () => done.push('a2'))
  })
  agenda.at(20, () => done.push('c'))
  agenda.at(31, () => done.push('late'))
  agenda.run(30)
  expect(done).toEqual(['a', 'a2', 'b', 'c'])
  expect(agenda.nextDue).toBe(31)
})

it('forgets what is cancelled', () => {
  const agenda = new Agenda()
  const appointment = agenda.at(10, () => {
    throw new Error('cancelled')
  })
  agenda.cancel(appointment)
  agenda.cancel(appointment)
  agenda.run(10)
  expect(agenda.nextDue).toBe(Infinity)
})
