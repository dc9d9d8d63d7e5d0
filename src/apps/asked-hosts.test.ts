import { beforeEach, expect, test } from 'vitest'
import { AskedHosts } from './asked-hosts.ts'

const MOST_HOSTS = 30
const MOST_REPORTS = 20
const WINDOW_MS = 60_000
const CHESS = { name: 'chess', root: '/apps/chess/1' }

let now: number
let asked: AskedHosts

beforeEach(() => {
  now = 0
  asked = new AskedHosts(() => now)
})

test('pages that got something are told from those that asked in vain', () => {
  asked.note(CHESS, 'ada', [{ host: 'a.example', outcome: 'vain' }])
  asked.note(CHESS, 'bob', [{ host: 'a.example', outcome: 'got' }])
  asked.note(CHESS, 'bob', [{ host: 'b.example', outcome: 'unclear' }])
  expect(asked.of(CHESS)).toEqual([
    { host: 'a.example', got: 1, vain: 1, unclear: 0 },
    { host: 'b.example', got: 0, vain: 0, unclear: 1 },
  ])
  expect(asked.of({ ...CHESS, name: 'garden' })).toEqual([])
})

test('another release begins anew', () => {
  asked.note(CHESS, 'ada', [{ host: 'a.example', outcome: 'vain' }])
  const next = { ...CHESS, root: '/apps/chess/2' }
  expect(asked.of(next)).toEqual([])
  asked.note(next, 'ada', [{ host: 'b.example', outcome: 'got' }])
  expect(asked.of(next)).toMatchObject([{ host: 'b.example' }])
})

test('no more hosts of an app are kept than a tile is of use for', () => {
  for (let index = 0; index < 100; index += 1) {
    asked.note(CHESS, `${index}`, [{ host: `${index}.example`, outcome: 'got' }])
  }
  expect(asked.of(CHESS)).toHaveLength(MOST_HOSTS)
})

test('too many reports from one address in a minute do not count, those of others do', () => {
  const reports = [{ host: 'a.example', outcome: 'got' }] as const
  for (let count = 0; count < MOST_REPORTS; count += 1) {
    expect(asked.note(CHESS, 'ada', reports)).toBe(true)
  }
  expect(asked.note(CHESS, 'ada', reports)).toBe(false)
  expect(asked.note(CHESS, 'bob', reports)).toBe(true)
  expect(asked.of(CHESS)).toMatchObject([{ got: MOST_REPORTS + 1 }])
  now += WINDOW_MS
  expect(asked.note(CHESS, 'ada', reports)).toBe(true)
})

test('however many addresses and apps report, what is kept has an end', () => {
  for (let index = 0; index < 5000; index += 1) {
    const app = { name: `app ${index}`, root: `/${index}` }
    asked.note(app, `${index}`, [{ host: 'a.example', outcome: 'got' }])
  }
  const kept = Array.from({ length: 5000 }, (_, index) => ({
    name: `app ${index}`,
    root: `/${index}`,
  }))
  expect(kept.filter((app) => asked.of(app).length > 0)).toHaveLength(200)
})
