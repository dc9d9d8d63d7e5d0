import { expect, it } from 'vitest'
import type { JournalEntry } from '../session/record.ts'
import { checksumSeed, encodeRecord } from './commit-record.ts'
import { replay } from './replay.ts'

const SEED = checksumSeed('db')
const entry = (sessionId: string): JournalEntry => ({ sessionId })
const fileOf = (...numbers: number[]) =>
  Buffer.concat(
    numbers.flatMap((number) => [
      ...encodeRecord(SEED, { number, entries: [entry(`s${number}`)] }),
    ]),
  )

/** What is committed of these files into a database with that many commits. */
function play(commits: number, files: ReadonlyArray<Buffer | undefined>, refused: string[] = []) {
  const done: string[] = []
  const doubt = replay(files, { id: 'db', commits }, (entries, number) => {
    for (const { sessionId } of entries) if (refused.includes(sessionId)) throw new Error('no')
    done.push(...entries.map(({ sessionId }) => `${number} ${sessionId}`))
    return false
  })
  return { done, doubt }
}

it('commits what the database has not, of both files, in order', () => {
  expect(play(5, [fileOf(7, 8), fileOf(4, 5, 6)])).toEqual({
    done: ['6 s6', '7 s7', '8 s8'],
    doubt: undefined,
  })
})

it('has nothing to do for a database that has all, or where there is no log', () => {
  expect(play(8, [fileOf(7, 8), fileOf(4, 5, 6)])).toEqual({ done: [], doubt: undefined })
  expect(play(8, [undefined, undefined])).toEqual({ done: [], doubt: undefined })
})

it('commits once what was written twice, as it is when the disk failed after a write', () => {
  expect(play(5, [fileOf(6, 7), fileOf(7, 8)])).toEqual({
    done: ['6 s6', '7 s7', '8 s8'],
    doubt: undefined,
  })
})

it('[SYNC10] commits nothing behind a gap, and doubts the database', () => {
  const { done, doubt } = play(5, [fileOf(6), fileOf(8, 9)])
  expect(done).toEqual(['6 s6'])
  expect(doubt).toBe('its log goes on at commit 8, and it at 7')
})

it('[SYNC10] goes on behind what the database refuses, and doubts it', () => {
  const record = encodeRecord(SEED, { number: 6, entries: [entry('bad'), entry('good')] })
  expect(play(5, [Buffer.concat([...record, fileOf(7)]), undefined], ['bad'])).toEqual({
    done: ['6 good', '7 s7'],
    doubt: 'it does not take commit 6 of its log: no',
  })
})
