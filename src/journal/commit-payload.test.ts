import { expect, it } from 'vitest'
import type { JournalEntry } from '../session/record.ts'
import { packCommit, unpackCommit } from './commit-payload.ts'
import { joining, newMessages, snapshotAt, stateAt } from './sample-records.ts'

const saved = { appId: 'app', persistentId: 'persistent', path: 'path' }

it.each<[string, JournalEntry[]]>([
  ['nothing', []],
  ['messages alone', [{ sessionId: 'a', messages: newMessages(1, 2) }]],
  ['a time alone', [{ sessionId: 'a', reservedTime: 0 }]],
  ['what changed', [{ sessionId: 'a', changes: { tick: 7, appId: null } }]],
  ['a state alone', [{ sessionId: 'a', state: stateAt(1) }]],
  [
    'everything, for several sessions',
    [
      {
        sessionId: 'a',
        messages: newMessages(1, 2),
        state: stateAt(2),
        snapshot: snapshotAt(1),
        presence: joining([['u'], { id: 'v', data: 'x' }]),
        saved,
      },
      { sessionId: 'b', saved },
    ],
  ],
])('packs and unpacks %s', (_name, entries) => {
  expect(unpackCommit(structuredClone(packCommit(entries)))).toStrictEqual(entries)
})
