import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { LearnedHosts } from './learned-hosts.ts'

let dir: string
let path: string

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'box-hosts-'))
  path = join(dir, 'hosts.json')
})

afterEach(() => rm(dir, { recursive: true }))

const open = () => LearnedHosts.open(path, () => true)
const namesUpTo = (count: number) => Array.from({ length: count }, (_, index) => `${index}.local`)

test('hosts outlive the box', async () => {
  const first = await open()
  first.learn('a.local')
  first.learn('b.local')
  await first.save()
  expect((await open()).hosts).toEqual(['a.local', 'b.local'])
})

test('of a file only what still counts is taken', async () => {
  await writeFile(path, '["a.example", 5, "b.local"]')
  const learned = await LearnedHosts.open(path, (host) => host.endsWith('.local'))
  expect(learned.hosts).toEqual(['b.local'])
})

test.each(['{', '{}', 'null'])('a file with %s is as good as empty', async (text) => {
  await writeFile(path, text)
  expect((await open()).hosts).toEqual([])
})

test('nothing is written if nothing is new', async () => {
  const learned = await open()
  await learned.save()
  await expect(readFile(path)).rejects.toThrow('ENOENT')
})

test('past fifty, the least recently used makes room', async () => {
  const learned = await open()
  for (const host of namesUpTo(50)) learned.add(host)
  learned.endMinute()
  expect(learned.use('0.local')).toBe(true)
  learned.add('new.local')
  expect(learned.hosts).toHaveLength(50)
  expect(learned.hosts).toContain('0.local')
  expect(learned.hosts).not.toContain('1.local')
})

test('whoever makes up names adds ten a minute, and drives out none that is in use', async () => {
  const learned = await open()
  learned.learn('box.local')
  for (let minute = 0; minute < 20; minute++) {
    const made = namesUpTo(100).map((host) => `${minute}-${host}`)
    const learnt = made.filter((host) => learned.learn(host))
    expect(learnt).toHaveLength(minute === 0 ? 9 : 10)
    learned.use('box.local')
    learned.endMinute()
  }
  expect(learned.hosts).toContain('box.local')
})
