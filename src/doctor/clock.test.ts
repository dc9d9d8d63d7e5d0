import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type ClockLook, findingOfClock, findingOfDate } from './clock.ts'
import { watchClock } from './clock-probe.ts'

const NOW = Date.UTC(2027, 2, 1, 12)
const HOUR_MS = 3_600_000
const WELL: ClockLook = { wallTime: NOW, installedAt: NOW - HOUR_MS, newestFileAt: NOW, stepMs: 1 }

describe('the clock of this machine', () => {
  it.each<[changes: Partial<ClockLook>, status: string, text: string]>([
    [{}, 'ok', '2027-03-01 12:00 UTC'],
    [{ newestFileAt: undefined }, 'ok', '2027-03-01'],
    [{ installedAt: NOW + HOUR_MS }, 'problem', 'before this program was installed'],
    [{ newestFileAt: NOW + HOUR_MS }, 'problem', 'files of the box are newer'],
    [{ stepMs: -HOUR_MS }, 'warning', 'was set by -3600 s'],
  ])('with %o: %s', (changes, status, text) => {
    expect(findingOfClock({ ...WELL, ...changes })).toMatchObject({
      status,
      text: expect.stringContaining(text),
    })
  })

  it('is watched: how far it was set, and what files say', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'doctor-clock-'))
    try {
      const [older, newer] = [join(dir, 'older'), join(dir, 'newer')]
      await Promise.all([older, newer].map((path) => writeFile(path, '')))
      await utimes(older, NOW / 1000, NOW / 1000)
      await utimes(newer, NOW / 1000 + 60, NOW / 1000 + 60)
      let [wallTime, now] = [NOW, 0]
      const look = watchClock(dir, { wallTime: () => wallTime, now: () => now })
      wallTime += 5000
      now += 1000
      expect(await look()).toMatchObject({
        wallTime: NOW + 5000,
        stepMs: 4000,
        newestFileAt: NOW + 60_000,
        installedAt: expect.any(Number),
      })
    } finally {
      await rm(dir, { recursive: true })
    }
  })

  it('is told by no files where there is no folder', async () => {
    const clocks = { wallTime: () => NOW, now: () => 0 }
    const look = watchClock(join(tmpdir(), 'no-such-folder'), clocks)
    expect((await look()).newestFileAt).toBeUndefined()
  })
})

describe('the clock of a box elsewhere', () => {
  it.each([
    [0, 'ok', 'that of this machine'],
    [90_000, 'warning', '90 s ahead of'],
    [-2 * HOUR_MS, 'problem', '7200 s behind'],
  ])('off by %i ms: %s', (offMs, status, text) => {
    const date = new Date(NOW + offMs).toUTCString()
    expect(findingOfDate(date, NOW)).toMatchObject({
      status,
      text: expect.stringContaining(text),
    })
  })

  it('says nothing if it has none', () => {
    expect(findingOfDate(undefined, NOW)).toBeUndefined()
  })
})
