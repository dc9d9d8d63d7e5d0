import { beforeEach, describe, expect, test } from 'vitest'
import { randomSessionId } from '../support/raw-client.ts'
import type { Frame } from '../support/wire.ts'
import { NOTHING_KNOWN, numbered, SessionLedger, type Witness } from './session-ledger.ts'

const FIRST_SEQ = 0xffff_fff1

let ledger: SessionLedger
let ada: Witness
let bob: Witness

beforeEach(() => {
  ledger = new SessionLedger(randomSessionId())
  ada = ledger.witness('ada')
  bob = ledger.witness('bob')
  ada.synced(sync([]), NOTHING_KNOWN)
  bob.synced(sync([]), NOTHING_KNOWN)
})

test('finds nothing wrong with messages that all see alike, over several connections', () => {
  for (const n of [1, 2, 3]) {
    ledger.noteSent('ada/1', n)
    for (const witness of [ada, bob]) witness.received(recv(message(n, numbered('ada/1', n))))
  }
  bob.synced(sync([1, 2, 3].map((n) => message(n, numbered('ada/1', n)))), ledger.known)
  expect(ledger.hasAllOf(['ada/1'])).toBe(true)
  expect(ledger.violations).toEqual([])
})

describe('names', () => {
  const wrong: Array<[what: string, expected: RegExp, happens: () => void]> = [
    [
      'a message that changed',
      /message 1 was .* and is/,
      () => {
        ada.received(recv(message(1, 'one')))
        bob.received(recv(message(1, 'another')))
      },
    ],
    [
      'a message that was lost',
      /SYNC ends at 0, not at 1/,
      () => {
        ada.received(recv(message(1, 'one')))
        bob.synced(sync([]), ledger.known)
      },
    ],
    ['a message left out', /after message 0 came 2/, () => ada.received(recv(message(2, 'two')))],
    [
      'a message that comes twice',
      /after message 1 came 1/,
      () => {
        ada.received(recv(message(1, 'one')))
        ada.received(recv(message(1, 'one')))
      },
    ],
    [
      'time that goes back',
      /teatime went back from 500 to 100 in RECV/,
      () => {
        ada.ticked(500)
        ada.received(recv(message(1, 'one')))
      },
    ],
    [
      'another timeline',
      /the timeline first became second/,
      () => ada.synced(sync([], { timeline: 'second' }), NOTHING_KNOWN),
    ],
    [
      'a seq that does not fit',
      /SYNC has 0 messages after 0, but seq 5/,
      () => ada.synced(sync([], { seq: 5 }), NOTHING_KNOWN),
    ],
    [
      'a snapshot older than one that was served',
      /older snapshot/,
      () => {
        const messages = [message(1, 'one'), message(2, 'two')]
        ada.synced(sync(messages.slice(1), { snapshotSeq: FIRST_SEQ }), NOTHING_KNOWN)
        bob.synced(sync(messages), ledger.known)
      },
    ],
    [
      "a sender's message that was swallowed",
      /after message 0 of ada\/1 comes 2/,
      () => {
        ledger.noteSent('ada/1', 2)
        ada.received(recv(message(1, numbered('ada/1', 2))))
      },
    ],
    [
      'a message that nobody sent',
      /ada\/1 never sent/,
      () => ada.received(recv(message(1, numbered('ada/1', 1)))),
    ],
    [
      'somebody announced anew',
      /ada was announced again/,
      () => {
        ledger.expectRegular('ada')
        for (const n of [1, 2]) ada.received(recv(message(n, { what: 'users', joined: ['ada'] })))
      },
    ],
    [
      'somebody announced as left',
      /ada was announced as left/,
      () => {
        ledger.expectRegular('ada')
        ada.received(recv(message(1, { what: 'users', left: ['ada'] })))
      },
    ],
  ]

  test.each(wrong)('%s', (_, expected, happens) => {
    happens()
    ledger.walk()
    expect(ledger.violations.join('\n')).toMatch(expected)
  })
})

test('begins anew with a timeline that is expected', () => {
  ada.received(recv(message(1, 'one')))
  ledger.expectNewTimeline()
  ada.synced(sync([], { timeline: 'second' }), ledger.known)
  // Bob's last frame is only read now.
  bob.received(recv(message(1, 'one')))
  bob.synced(sync([], { timeline: 'second' }), ledger.known)
  ada.received(recv(message(1, 'another')))
  expect(ledger.violations).toEqual([])
  expect(ledger.timelines).toEqual(new Set(['first', 'second']))
})

/** The n-th message of the session; each is 100 ms after the one before. */
function message(n: number, payload: unknown): unknown[] {
  return [n * 100, (FIRST_SEQ + n - 1) >>> 0, payload]
}

function recv(args: unknown[]): Frame {
  return frame('RECV', args)
}

function sync(messages: unknown[][], changes: Record<string, unknown> = {}): Frame {
  const [time = 0, seq = FIRST_SEQ - 1] = messages.at(-1) ?? []
  return frame('SYNC', { url: '', time, seq, timeline: 'first', ...changes, messages })
}

function frame(action: string, args: unknown): Frame {
  return { action, args, text: JSON.stringify({ id: 'session', action, args }) }
}
