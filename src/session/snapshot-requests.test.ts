import { describe, expect, it } from 'vitest'
import { SnapshotRequests } from './snapshot-requests.ts'

const MINUTE = 60_000
const ROOM = { maxBytes: 250_000_000 }
const NOTHING = { messages: 0, bytes: 0, ...ROOM }
const SHORT = { messages: 1, bytes: 10, ...ROOM }
const LONG = { messages: 2001, bytes: 20_000, ...ROOM }
const HEAVY = { messages: 20, bytes: 2_000_001, ...ROOM }

/** Wakes it whenever it is due, until `end`; when it asked, and why. */
function asked(requests: SnapshotRequests, history: typeof LONG, audience: number, end: number) {
  const all: Array<[now: number, why: string]> = []
  while (requests.nextDue <= end) {
    const now = requests.nextDue
    const why = requests.next(history, audience, now)
    if (why) all.push([now, why])
  }
  return all
}

describe('[SNAP9] [SNAP10] a long history', () => {
  it('is one of more than 2,000 messages or two million characters', () => {
    const requests = new SnapshotRequests()
    expect(requests.next({ messages: 2000, bytes: 2_000_000, ...ROOM }, 1, 0)).toBeUndefined()
    expect(requests.nextDue).toBe(Infinity)
    expect(requests.next(LONG, 1, 1)).toBe('messages')
    expect(new SnapshotRequests().next(HEAVY, 1, 0)).toBe('bytes')
  })

  it('is one that fills half of the room it has', () => {
    const history = { messages: 1, bytes: 501, maxBytes: 1000 }
    expect(new SnapshotRequests().next({ ...history, bytes: 500 }, 1, 0)).toBeUndefined()
    expect(new SnapshotRequests().next(history, 1, 0)).toBe('bytes')
  })

  it('[SNAP14] is left alone for 30 s after a snapshot', () => {
    const requests = new SnapshotRequests()
    requests.next(LONG, 1, 0)
    requests.snapshotTaken(2000)
    expect(requests.next(LONG, 1, 2000)).toBeUndefined()
    expect(asked(requests, LONG, 1, 40_000)).toEqual([
      [32_000, 'messages'],
      [38_000, 'messages'],
    ])
  })

  it('is forgotten if it is short again when the 30 s are over', () => {
    const requests = new SnapshotRequests()
    requests.snapshotTaken(0)
    requests.next(HEAVY, 1, 0)
    expect(requests.nextDue).toBe(30_000)
    expect(asked(requests, SHORT, 1, MINUTE)).toEqual([])
    expect(requests.nextDue).toBe(Infinity)
  })
})

describe('[SNAP11] an old history', () => {
  it('counts from its first message, and is noticed when something happens', () => {
    const requests = new SnapshotRequests()
    requests.next(NOTHING, 1, 0)
    requests.next(SHORT, 1, MINUTE)
    expect(requests.nextDue).toBe(Infinity)
    expect(requests.next(SHORT, 1, 11 * MINUTE)).toBeUndefined()
    expect(requests.next(SHORT, 1, 11 * MINUTE + 1)).toBe('age')
  })

  it('counts from the snapshot if that left messages', () => {
    const requests = new SnapshotRequests()
    requests.next(SHORT, 1, 0)
    requests.snapshotTaken(5 * MINUTE)
    requests.next(SHORT, 1, 5 * MINUTE)
    expect(requests.next(SHORT, 1, 15 * MINUTE)).toBeUndefined()
    expect(requests.next(SHORT, 1, 15 * MINUTE + 1)).toBe('age')
  })
})

describe('[SNAP12] when the second-to-last user leaves', () => {
  it('the last is asked at once, within 30 s of a snapshot, too', () => {
    const requests = new SnapshotRequests()
    requests.snapshotTaken(0)
    requests.next(SHORT, 2, 1000)
    expect(requests.next(SHORT, 1, 2000)).toBe('leaving')
  })

  it('but not within 6 s of another request', () => {
    const requests = new SnapshotRequests()
    requests.next(LONG, 2, 0)
    requests.snapshotTaken(1000)
    expect(requests.next(SHORT, 1, 2000)).toBeUndefined()
    expect(asked(requests, SHORT, 1, 6000)).toEqual([[6000, 'leaving']])
  })

  it('nobody is asked if there is no message since the snapshot', () => {
    const requests = new SnapshotRequests()
    requests.next(NOTHING, 2, 0)
    expect(requests.next(NOTHING, 1, 1000)).toBeUndefined()
    expect(requests.next(SHORT, 1, 2000)).toBeUndefined()
  })

  it.each([2, 0])('it is no reason any more when the audience is %i', (audience) => {
    const requests = new SnapshotRequests()
    requests.next(SHORT, 2, 0)
    expect(requests.next(SHORT, 1, 1000)).toBe('leaving')
    requests.next(SHORT, audience, 2000)
    expect(requests.nextDue).toBe(Infinity)
  })
})

describe('[SNAP13] a request without an answer', () => {
  it('is repeated every 6 s, and after ten times not for ten minutes', () => {
    const requests = new SnapshotRequests()
    requests.next(LONG, 1, 0)
    const times = asked(requests, LONG, 1, 11 * MINUTE).map(([now]) => now)
    expect(times).toEqual([6, 12, 18, 24, 30, 36, 42, 48, 54, 654, 660].map((s) => s * 1000))
  })

  it('pauses again after ten more', () => {
    const requests = new SnapshotRequests()
    requests.next(LONG, 1, 0)
    expect(asked(requests, LONG, 1, 20 * MINUTE)).toHaveLength(19)
  })

  it('is overdue once, at the tenth, until there is a snapshot', () => {
    const requests = new SnapshotRequests()
    let overdue = 0
    for (let now = 0; now <= 60 * MINUTE; now += 6000) {
      if (requests.next(LONG, 1, now) && requests.isOverdue) overdue += 1
    }
    expect(overdue).toBe(1)
  })

  it('is counted from one again after a snapshot, which ends the pause', () => {
    const requests = new SnapshotRequests()
    requests.next(LONG, 1, 0)
    asked(requests, LONG, 1, MINUTE)
    requests.snapshotTaken(MINUTE)
    requests.next(LONG, 1, MINUTE)
    const times = asked(requests, LONG, 1, 2 * MINUTE).map(([now]) => now)
    expect(times).toEqual([90, 96, 102, 108, 114, 120].map((s) => s * 1000))
  })

  it('knows no pause when 60,000 messages are there, not even one that has begun', () => {
    const requests = new SnapshotRequests()
    requests.next(LONG, 1, 0)
    asked(requests, LONG, 1, MINUTE)
    expect(requests.next({ messages: 59_999, bytes: 0, ...ROOM }, 1, 2 * MINUTE)).toBeUndefined()
    const full = { messages: 60_000, bytes: 0, ...ROOM }
    expect(requests.next(full, 1, 2 * MINUTE)).toBe('messages')
    expect(asked(requests, full, 1, 4 * MINUTE)).toHaveLength(20)
  })

  it('is not repeated while nobody is there, and made anew when somebody is', () => {
    const requests = new SnapshotRequests()
    requests.next(LONG, 1, 0)
    requests.next(LONG, 0, 1000)
    expect(requests.nextDue).toBe(Infinity)
    expect(requests.next(LONG, 1, 7000)).toBe('messages')
  })

  it('ends with a snapshot', () => {
    const requests = new SnapshotRequests()
    requests.next(HEAVY, 1, 0)
    requests.snapshotTaken(1000)
    expect(requests.next(NOTHING, 1, 1000)).toBeUndefined()
    expect(requests.nextDue).toBe(Infinity)
  })
})
