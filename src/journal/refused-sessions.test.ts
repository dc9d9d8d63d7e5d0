import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { JournalBed, sessionIn } from '../../test/support/journal-bed.ts'
import { SessionsRefusedError } from '../session/session-store.ts'
import { messagesOf, newMessages, runAt, stateAt } from './sample-records.ts'

let bed: JournalBed
beforeEach(() => {
  bed = new JournalBed()
})
afterEach(() => bed.close())

describe('what the database will never take', () => {
  const state = stateAt(2)
  const messages = newMessages(1, 2)
  const bad = { sessionId: 's', messages: newMessages(1, 1) } // one is there
  const others = ['s', 'other'].map((sessionId) => ({ sessionId, messages, state }))
  const refusal = { kind: 'session refused', sessionId: 's', reason: expect.any(String) }

  it('[SYNC10] costs its session alone, which goes back to what is stored in another timeline', async () => {
    const failures: string[] = []
    const journal = await bed.open((error) => failures.push(error.message))
    await journal.commit(others)
    await journal.commit([bad, { sessionId: 'other', messages: newMessages(3, 1) }])
    await journal.commit([{ sessionId: 's', messages: newMessages(3, 1) }])
    const session = await sessionIn(journal)
    expect(session?.state.timeline).not.toBe('timeline-1')
    expect(messagesOf(session)).toEqual(runAt(1, 2))
    const other = (await journal.load('other', undefined, undefined)).session
    expect(other?.state).toEqual(stateAt(3))
    expect(messagesOf(other)).toEqual(runAt(1, 3))
    expect([failures, bed.problems]).toEqual([[], [refusal]])
  })

  it('is followed by nothing of that session until it is loaded again', async () => {
    const journal = await bed.open()
    await journal.commit(others)
    await journal.commit([bad])
    await journal.listParked({ running: new Set(), filter: '', offset: 0, limit: 1 }) // when all is applied
    const more = { sessionId: 's', messages: newMessages(3, 1) }
    await expect(journal.commit([more])).rejects.toBeInstanceOf(SessionsRefusedError)
    await journal.commit([{ sessionId: 'other', messages: newMessages(3, 1) }])
    await sessionIn(journal)
    await journal.commit([more])
    expect(messagesOf(await sessionIn(journal))).toEqual(runAt(1, 3))
    expect(bed.problems).toEqual([refusal])
  })

  it('ends the journal if it is everything', async () => {
    const failures: string[] = []
    const journal = await bed.open((error) => failures.push(error.message))
    await journal.commit(others)
    await sessionIn(journal)
    const database = new Sqlite(bed.databasePath)
    database.exec('ALTER TABLE journal RENAME TO gone')
    database.close()
    await journal.commit([{ sessionId: 'other', messages: newMessages(3, 1) }])
    const failure = 'the journal failed: no such table'
    await expect(journal.load('other', undefined, undefined)).rejects.toThrow(failure)
    expect(failures).toEqual([expect.stringContaining(failure)])
  })
})
