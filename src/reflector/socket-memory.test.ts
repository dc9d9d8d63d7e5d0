import { describe, expect, it } from 'vitest'
import { boundBacklogs, boundUnfinished } from './socket-memory.ts'

const connection = (unfinishedBytes: number, backlog = 0, sessionId = 'S') => ({
  ...{ isOpen: true, unfinishedBytes, backlog, origin: { sessionId }, code: 0, reason: '' },
  close(code: number, reason: string) {
    Object.assign(this, { code, reason, isOpen: false })
  },
})

const codes = (all: ReadonlyArray<{ code: number }>) => all.map(({ code }) => code)

describe('[LIMIT16] unfinished frames', () => {
  it('are bounded in sum: connections with the longest are closed first', () => {
    const all = [900_000, 200_000, 1_000_000, 400_000].map((bytes) => connection(bytes))
    const closed: unknown[] = []
    boundUnfinished(all, (each) => closed.push(each), 700_000)
    expect(codes(all)).toEqual([4003, 0, 4003, 0])
    expect(closed).toEqual([all[2], all[0]])
  })

  it('close nobody while all of them together are within the limit', () => {
    const all = [900_000, 200_000].map((bytes) => connection(bytes))
    boundUnfinished(all, () => {}, 1_100_000)
    expect(codes(all)).toEqual([0, 0])
  })

  it('of ordinary length close nobody', () => {
    const all = [...Array.from({ length: 20 }, () => connection(90_000)), connection(3_000_000)]
    boundUnfinished(all, () => {}, 1_000_000)
    expect(codes(all)).toEqual([...Array(20).fill(0), 4003])
  })
})

describe('[LIMIT19] what waits for clients', () => {
  it('is bounded in sum: clients of the session with most are closed', () => {
    const all = [
      connection(0, 9_000_000, 'A'),
      connection(0, 8_000_000, 'A'),
      connection(0, 5_000_000, 'B'),
      connection(0, 200_000, 'A'),
    ]
    boundBacklogs(all, 10_000_000)
    expect(codes(all)).toEqual([4001, 4001, 0, 0])
  })

  it('counts once for all clients of a session, who wait for the same frames', () => {
    const all = Array.from({ length: 200 }, () => connection(0, 9_000_000, 'A'))
    boundBacklogs(all, 10_000_000)
    expect(new Set(codes(all))).toEqual(new Set([0]))
  })

  it('does not count for one that is being closed', () => {
    const all = [connection(0, 9_000_000, 'A'), connection(0, 9_000_000, 'B')]
    boundBacklogs(all, 10_000_000)
    boundBacklogs(all, 10_000_000)
    expect(codes(all)).toEqual([4001, 0])
  })
})
