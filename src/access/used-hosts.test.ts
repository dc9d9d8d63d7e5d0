import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { UsedHosts } from './used-hosts.ts'

const DAY_MS = 86_400_000

let dir: string
let now: number
const log = { notice: () => {}, warn: () => {}, error: () => {} }
const clock = { now: () => now, wallTime: () => now }
const open = () => UsedHosts.open(join(dir, 'used-hosts.json'), clock, log as never)

beforeEach(async () => {
  now = 1_000 * DAY_MS
  dir = await mkdtemp(join(tmpdir(), 'used-hosts-'))
})
afterEach(() => rm(dir, { recursive: true }))

test('hosts by which admins came outlive a restart, the last used first', async () => {
  const hosts = await open()
  for (const host of ['box.local', '10.0.0.7', 'box.local']) hosts.note(host)
  await hosts.close()
  expect((await open()).list()).toEqual(['box.local', '10.0.0.7'])
})

test('a host by which no admin came for a month is forgotten', async () => {
  const hosts = await open()
  hosts.note('10.0.0.7')
  now += 29 * DAY_MS
  hosts.note('10.0.0.8')
  now += 2 * DAY_MS
  expect(hosts.list()).toEqual(['10.0.0.8'])
  await hosts.close()
})

test('of many hosts that admins use, the last eight are kept', async () => {
  const hosts = await open()
  for (let index = 1; index <= 20; index++) hosts.note(`10.0.0.${index}`)
  expect(hosts.list().length).toBe(8)
  expect(hosts.list()[0]).toBe('10.0.0.20')
  await hosts.close()
})

test('the host that an admin said outlives time, other hosts and a restart, until another is said', async () => {
  const hosts = await open()
  hosts.note('10.0.0.7')
  await hosts.say('box.school')
  for (let index = 1; index <= 20; index++) hosts.note(`10.0.0.${index}`)
  now += 400 * DAY_MS
  hosts.note('10.0.0.99')
  await hosts.close()
  const later = await open()
  expect(later.said).toBe('box.school')
  expect(later.list()).toEqual(['10.0.0.99'])
  await later.say('192.168.1.20')
  expect(later.said).toBe('192.168.1.20')
  await later.say(undefined)
  await later.close()
  expect((await open()).said).toBeUndefined()
  expect((await open()).list()).toEqual(['10.0.0.99'])
})

test('a damaged list of used hosts begins anew', async () => {
  await writeFile(join(dir, 'used-hosts.json'), '{"hosts":[{"host":7}]}')
  expect((await open()).list()).toEqual([])
})
