import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { AuditLog } from './audit-log.ts'

let dir: string
let logged: Array<readonly [level: string, fields: object]>
const clock = { now: () => 0, wallTime: () => Date.parse('2030-01-01T00:00:00Z') }
const log = {
  notice: (fields: object) => void logged.push(['notice', fields]),
  warn: () => {},
  error: (fields: object) => void logged.push(['error', fields]),
}

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'audit-'))
  logged = []
})
afterEach(() => rm(dir, { recursive: true }))

const open = () => AuditLog.open(dir, clock, log)
const linesOf = async (name = 'audit.jsonl') =>
  (await readFile(join(dir, name), 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))

test('[ACCESS10] each entry is a line, in order, and in the log at level notice', async () => {
  const audit = await open()
  audit.note({ event: 'login', who: 'passphrase', address: '192.168.1.7' })
  audit.note({ event: 'invite-made', who: 'a\nb', address: '', invite: 'x' })
  await audit.close()
  const time = '2030-01-01T00:00:00.000Z'
  expect(await linesOf()).toEqual([
    { time, event: 'login', who: 'passphrase', address: '192.168.1.7' },
    { time, event: 'invite-made', who: 'a\nb', address: '', invite: 'x' },
  ])
  expect((await stat(join(dir, 'audit.jsonl'))).mode & 0o777).toBe(0o600)
  expect(logged.map(([level]) => level)).toEqual(['notice', 'notice'])
  expect(logged[0]?.[1]).toMatchObject({ scope: 'audit', event: 'login', who: 'passphrase' })
})

test('[ACCESS10] the policy is noted when it is another than at the last start', async () => {
  for (const access of ['lan', 'lan', 'open', 'open', 'lan']) {
    const audit = await open()
    await audit.notePolicy({ access, allow: [] })
    audit.note({ event: 'login', who: 'x', address: '' })
    await audit.close()
  }
  const noted = (await linesOf()).filter(({ event }) => event === 'policy')
  expect(noted.map(({ policy }) => policy.access)).toEqual(['lan', 'open', 'lan'])
})

test('a line that a crash cut off is no policy', async () => {
  await writeFile(join(dir, 'audit.jsonl'), '{"time":"x","event":"policy","policy":{"acc\n')
  const audit = await open()
  await audit.notePolicy({ access: 'lan' })
  await audit.close()
  expect(logged).toMatchObject([['notice', { event: 'policy' }]])
})

test('past 10 MB the file makes room for a new one, once', async () => {
  const entry = { event: 'login', who: 'x'.repeat(4_000_000), address: '' }
  const audit = await open()
  for (let number = 1; number <= 7; number++) audit.note({ ...entry, number })
  await audit.close()
  const numbers = async (name: string) => (await linesOf(name)).map(({ number }) => number)
  expect(await numbers('audit.1.jsonl')).toEqual([5, 6])
  expect(await numbers('audit.jsonl')).toEqual([7])
})

test('what cannot be written is reported, and holds nobody up', async () => {
  const audit = await open()
  await rm(dir, { recursive: true })
  audit.note({ event: 'login', who: 'x', address: '' })
  await audit.close()
  expect(logged.map(([level]) => level)).toEqual(['notice', 'error'])
  dir = await mkdtemp(join(tmpdir(), 'audit-'))
})

test('[ACCESS10] a line that could not be written spoils none that follows', async () => {
  const audit = await open()
  await mkdir(join(dir, 'audit.jsonl'))
  audit.note({ event: 'lost', who: 'x', address: '' })
  await audit.close()
  await rm(join(dir, 'audit.jsonl'), { recursive: true })
  await writeFile(join(dir, 'audit.jsonl'), '{"event":"lo')
  audit.note({ event: 'kept', who: 'x', address: '' })
  await audit.close()
  const [, line = ''] = (await readFile(join(dir, 'audit.jsonl'), 'utf8')).split('\n')
  expect(JSON.parse(line)).toMatchObject({ event: 'kept' })
})
