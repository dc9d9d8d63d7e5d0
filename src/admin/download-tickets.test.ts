import { expect, test } from 'vitest'
import { ANYBODY, type Pass } from '../access/pass.ts'
import { DownloadTickets } from './download-tickets.ts'

const ADMIN: Pass = { ...ANYBODY, role: 'admin', who: 'ada' }

test('[ADMIN12] a ticket is good once', () => {
  const tickets = new DownloadTickets(() => 0)
  const ticket = tickets.make(ADMIN)
  expect(ticket).toMatch(/^[\w-]{22}$/)
  expect(tickets.use(ticket)?.who).toBe('ada')
  expect(tickets.use(ticket)).toBeUndefined()
  expect(tickets.use('guess')).toBeUndefined()
})

test('[ADMIN12] a ticket is good for a minute', () => {
  let now = 0
  const tickets = new DownloadTickets(() => now)
  const [early, late] = [tickets.make(ADMIN), tickets.make(ADMIN)]
  now = 59_999
  expect(tickets.use(early)).toBeDefined()
  now = 60_000
  expect(tickets.use(late)).toBeUndefined()
})

test('[ADMIN12] a ticket ends with the login that it was made by', () => {
  let isGood = true
  const tickets = new DownloadTickets(() => 0)
  const ticket = tickets.make({ ...ADMIN, isGood: () => isGood })
  isGood = false
  expect(tickets.use(ticket)).toBeUndefined()
})

test('a hundred tickets are kept, the newest', () => {
  const tickets = new DownloadTickets(() => 0)
  const made = Array.from({ length: 101 }, () => tickets.make(ADMIN))
  expect(tickets.use(made[0] ?? '')).toBeUndefined()
  expect(tickets.use(made[1] ?? '')).toBeDefined()
  expect(tickets.use(made[100] ?? '')).toBeDefined()
})
