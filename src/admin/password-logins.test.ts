import { beforeEach, expect, test } from 'vitest'
import { ManualClock } from '../../test/support/manual-clock.ts'
import { PasswordLogins, type PasswordLoginsParts } from './password-logins.ts'

const RIGHT = 'the right one'
let clock: ManualClock
let noted: string[]
let checks: Array<() => void>
let logins: PasswordLogins

beforeEach(() => {
  clock = new ManualClock()
  noted = []
  checks = []
  const parts = {
    wording: (text: string) => text,
    password: {
      id: 'one',
      matches: (given: string) =>
        new Promise((resolve) => checks.push(() => resolve(given === RIGHT))),
    },
    sessions: { start: async (kind: string) => ({ kind }) },
    logins: { succeeded: () => {}, failed: () => {} },
    breaches: { note: (limit: string, address: string) => noted.push(`${limit} ${address}`) },
    accountOf: (address: string) => address,
    clock,
  }
  logins = new PasswordLogins(parts as unknown as PasswordLoginsParts)
})

/** Lets checks come to their end, one after the other, until there are none. */
async function settle(): Promise<void> {
  for (let idle = 0; idle < 5; idle++) {
    await new Promise(setImmediate)
    const check = checks.shift()
    if (check) idle = 0
    check?.()
  }
}

const statusOf = (password: string, address: string) =>
  logins.check(password, address).then(
    () => 200,
    ({ statusCode }: { statusCode: number }) => statusCode,
  )

test('[ADMIN3] one is checked at a time, ten wait, and more are sent away', async () => {
  const statuses = Array.from({ length: 30 }, (_, index) => statusOf('wrong', `10.0.0.${index}`))
  await new Promise(setImmediate)
  expect(checks).toHaveLength(1)
  await settle()
  const counts = Object.groupBy(await Promise.all(statuses), String)
  expect(Object.entries(counts).map(([status, all]) => [status, all?.length])).toEqual([
    ['401', 11],
    ['429', 19],
  ])
  expect(new Set(noted.map((each) => each.split(' ')[0]))).toEqual(new Set(['password-checks']))
})

test('[ADMIN3] from one address no more than ten are checked in a minute, at once or not', async () => {
  const statuses = Array.from({ length: 10 }, () => statusOf('wrong', '10.0.0.1'))
  const more = statusOf(RIGHT, '10.0.0.1')
  const elsewhere = statusOf(RIGHT, '10.0.0.2')
  await settle()
  expect(await Promise.all(statuses)).toEqual(Array.from({ length: 10 }, () => 401))
  expect([await more, await elsewhere]).toEqual([429, 200])
  clock.advanceTo(60_000)
  const later = statusOf(RIGHT, '10.0.0.1')
  await settle()
  expect(await later).toBe(200)
})

test('[ADMIN3] who has to wait is told for how long', async () => {
  const wrong = Array.from({ length: 10 }, () => statusOf('wrong', '10.0.0.1'))
  await settle()
  await Promise.all(wrong)
  clock.advanceTo(20_500)
  await expect(logins.check(RIGHT, '10.0.0.1')).rejects.toMatchObject({
    statusCode: 429,
    headers: { 'retry-after': '40' },
  })
})
