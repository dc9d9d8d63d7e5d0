import { copyFileSync, existsSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Worker } from 'node:worker_threads'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { JournalBed, sessionIn } from '../../test/support/journal-bed.ts'
import type { Journal } from './journal.ts'
import { messagesOf, newMessages, runAt, snapshotAt, stateAt } from './sample-records.ts'

let bed: JournalBed
beforeEach(() => {
  bed = new JournalBed()
})
afterEach(() => bed.close())

describe('opening', () => {
  it('rejects for a file that is no database', async () => {
    writeFileSync(bed.databasePath, 'no database')
    await expect(bed.open()).rejects.toThrow(`${bed.databasePath} is not a database`)
  })
})

describe('closing', () => {
  it('first does all that was asked for', async () => {
    const journal = await bed.open()
    const asked = [
      journal.commit([{ sessionId: 's', messages: newMessages(1, 2), state: stateAt(2) }]),
      sessionIn(journal),
    ]
    await journal.close()
    const [, session] = await Promise.all(asked)
    expect(session).toMatchObject({
      state: stateAt(2),
      snapshot: undefined,
      messages: [runAt(1, 2)],
    })
    expect(existsSync(`${bed.databasePath}-wal`)).toBe(false)
  })

  it('may be done twice, at once or later', async () => {
    const journal = await bed.open()
    await Promise.all([journal.close(), journal.close()])
    await journal.close()
  })

  it('ends also while messages wait to be deleted', async () => {
    const journal = await bed.open()
    writeFileSync(join(bed.dir, 'snapshot-3000'), '')
    const runs = Array.from({ length: 3000 }, (_, index) => newMessages(index + 1, 1))
    await journal.commit([{ sessionId: 's', state: stateAt(0) }])
    await journal.commit(runs.map((messages) => ({ sessionId: 's', messages })))
    const snapped = journal.commit([
      { sessionId: 's', state: stateAt(3000), snapshot: snapshotAt(3000) },
    ])
    await journal.close()
    await snapped
    expect((await sessionIn(await bed.open()))?.snapshot).toEqual(snapshotAt(3000))
  })

  it('refuses what is asked for afterwards', async () => {
    const journal = await bed.open()
    const closed = journal.close()
    await expect(journal.commit([])).rejects.toThrow('the journal is closed')
    await closed
    await expect(journal.commit([])).rejects.toThrow('the journal is closed')
    await expect(sessionIn(journal)).rejects.toThrow('the journal is closed')
    await expect(journal.keepFile('a')).rejects.toThrow('the journal is closed')
  })
})

describe('what is committed', () => {
  it('is there when the journal is opened again', async () => {
    const first = await bed.open()
    await first.commit([{ sessionId: 's', messages: newMessages(1, 3), state: stateAt(3) }])
    await first.close()
    expect(await sessionIn(await bed.open())).toMatchObject({
      state: stateAt(3),
      snapshot: undefined,
      messages: [runAt(1, 3)],
    })
  })

  it('survives the sudden end of the process', async () => {
    bed.commitAndKill([{ sessionId: 's', messages: newMessages(1, 3), state: stateAt(3) }])
    expect(messagesOf(await sessionIn(await bed.open()))).toEqual(runAt(1, 3))
  })

  it('comes back in few runs, none longer than one frame, without a change', async () => {
    const journal = await bed.open()
    const text = JSON.stringify([1, 'x'.repeat(400_000)])
    await journal.commit([{ sessionId: 's', state: stateAt(0) }])
    for (let first = 1; first <= 5; first++) {
      await journal.commit([{ sessionId: 's', messages: { first, count: 1, text, time: first } }])
    }
    const session = await sessionIn(journal)
    expect(session?.messages.map(({ first, count }) => [first, count])).toEqual([
      [1, 2],
      [3, 2],
      [5, 1],
    ])
    expect(session?.messages[0]?.text).toBe(`${text},${text}`)
  })

  it('can be read while more is committed', async () => {
    const journal = await bed.open()
    const runs = Array.from({ length: 5000 }, (_, index) => newMessages(index + 1, 1))
    await journal.commit([{ sessionId: 's', state: stateAt(0) }])
    await journal.commit(runs.map((messages) => ({ sessionId: 's', messages })))
    const loads = [sessionIn(journal), sessionIn(journal)]
    for (let count = 0; count < 5; count++) {
      await journal.commit([{ sessionId: `other-${count}`, state: stateAt(0) }])
    }
    for (const session of await Promise.all(loads)) {
      expect(messagesOf(session)).toEqual(runAt(1, 5000))
    }
  })
})

describe('a database that is older than what clients saw', () => {
  const timelineOf = async (journal: Journal) => (await sessionIn(journal))?.state.timeline
  /** Opens it, commits messages up to this position, and closes it. */
  const run = async (from: number, to: number) => {
    const journal = await bed.open()
    const timeline = await timelineOf(journal)
    for (let at = from; at <= to; at++) {
      const state = stateAt(at, timeline === undefined ? {} : { timeline })
      await journal.commit([{ sessionId: 's', messages: newMessages(at, 1), state }])
    }
    await journal.close()
  }

  it('[SYNC10] goes on with another timeline, and all that it has', async () => {
    await run(1, 3)
    copyFileSync(bed.databasePath, `${bed.databasePath}.old`)
    await run(4, 5)
    copyFileSync(`${bed.databasePath}.old`, bed.databasePath)
    const session = await sessionIn(await bed.open())
    expect(session?.state.timeline).not.toBe('timeline-1')
    expect(messagesOf(session)).toEqual(runAt(1, 3))
    expect(bed.problems).toEqual([
      { kind: 'timelines renewed', reason: 'it has 3 commits, and had 5' },
    ])
  })

  it('[SYNC10] is found out once: then clients know its timeline', async () => {
    await run(1, 3)
    rmSync(join(bed.dir, 'box.watermark'))
    const first = await bed.open()
    const timeline = await timelineOf(first)
    expect(timeline).not.toBe('timeline-1')
    await first.close()
    expect(await timelineOf(await bed.open())).toBe(timeline)
    expect(bed.problems).toHaveLength(1)
  })

  it('[SYNC8] is not one that was only used again', async () => {
    await run(1, 3)
    await run(4, 5)
    expect(await timelineOf(await bed.open())).toBe('timeline-1')
    expect(bed.problems).toEqual([])
  })
})

describe('problems', () => {
  it('tells which files were missing and which session cannot go on', async () => {
    const journal = await bed.open()
    const saved = { appId: 'app', persistentId: 'id', path: 'saved' }
    const state = stateAt(2, { persistedPath: 'start' })
    await journal.commit([
      { sessionId: 's', messages: newMessages(1, 2), state, snapshot: snapshotAt(2), saved },
    ])
    expect(await journal.load('s', 'app', 'id')).toEqual({
      session: undefined,
      persistedPath: undefined,
    })
    const reason = 'what it started from is gone: start'
    expect(bed.problems).toEqual([
      { kind: 'file missing', sessionId: 's', path: 'snapshot-2' },
      { kind: 'file missing', sessionId: 's', path: 'start' },
      { kind: 'session lost', sessionId: 's', reason },
      { kind: 'file missing', sessionId: 's', path: 'saved' },
    ])
  })

  it('refuses what cannot be written down and goes on', async () => {
    const journal = await bed.open()
    const state = stateAt(0, { time: 1n as unknown as number })
    await expect(journal.commit([{ sessionId: 's', state }])).rejects.toThrow('BigInt')
    await journal.commit([{ sessionId: 's', state: stateAt(0) }])
    expect((await sessionIn(journal))?.state).toEqual(stateAt(0))
  })
})

it('moves what was committed into the main file by and by', async () => {
  const journal = await bed.open()
  await journal.commit([{ sessionId: 's', state: stateAt(0) }])
  const { size } = statSync(bed.databasePath)
  const wide = 'x'.repeat(10_000)
  for (let first = 1; first <= 600; first++) {
    const messages = { first, count: 1, text: JSON.stringify([first, wide]), time: first }
    await journal.commit([{ sessionId: 's', messages }])
  }
  await expect.poll(() => statSync(bed.databasePath).size).toBeGreaterThan(size + 100_000)
})

/** The uploads that the database knows. */
function filesKnown(): unknown[] {
  const database = new Sqlite(bed.databasePath, { readonly: true })
  try {
    return database.prepare('SELECT path, bytes FROM files ORDER BY path').all()
  } finally {
    database.close()
  }
}

it('knows an upload by the length that it had last', async () => {
  const journal = await bed.open()
  for (const bytes of [10, 7]) await journal.recordFile({ path: 'a', bytes })
  expect(filesKnown()).toEqual([{ path: 'a', bytes: 7 }])
})

describe('an upload that is to be used again', () => {
  it('is in use as of now, whether it was known or not', async () => {
    const journal = await bed.open()
    for (const path of ['known', 'unknown']) writeFileSync(join(bed.dir, path), 'bytes')
    await journal.recordFile({ path: 'known', bytes: 5 })
    await journal.keepFile('known')
    await journal.keepFile('unknown')
    expect(filesKnown()).toEqual([
      { path: 'known', bytes: 5 },
      { path: 'unknown', bytes: 5 },
    ])
    expect(bed.problems).toEqual([])
  })

  it('is not remembered if it is not there', async () => {
    const journal = await bed.open()
    await journal.keepFile('gone')
    expect(filesKnown()).toEqual([])
  })

  it('is put aside if it is not as long as when it was stored', async () => {
    const journal = await bed.open()
    writeFileSync(join(bed.dir, 'cut'), 'byt')
    await journal.recordFile({ path: 'cut', bytes: 5 })
    await journal.keepFile('cut')
    expect(existsSync(join(bed.dir, 'cut'))).toBe(false)
    expect(existsSync(join(bed.dir, 'quarantine', 'cut'))).toBe(true)
    expect(filesKnown()).toEqual([])
    expect(bed.problems).toEqual([{ kind: 'upload damaged', path: 'cut' }])
  })
})

describe('the end of the thread', () => {
  it('is told once and rejects all calls, before and after', async () => {
    const workers: Worker[] = []
    const remember = (worker: Worker) => workers.push(worker)
    process.on('worker', remember)
    const failures: Error[] = []
    const journal = await bed.open((error) => failures.push(error))
    process.off('worker', remember)
    await journal.commit([{ sessionId: 's', messages: newMessages(1, 1), state: stateAt(1) }])

    const asked = sessionIn(journal)
    const terminated = workers[0]?.terminate()
    await expect(asked).rejects.toThrow("the journal's thread ended by itself")
    await terminated
    await expect(journal.commit([])).rejects.toThrow("the journal's thread ended by itself")
    await expect(sessionIn(journal)).rejects.toThrow("the journal's thread ended by itself")
    expect(failures.map((error) => error.message)).toEqual(["the journal's thread ended by itself"])
    await journal.close()

    expect(messagesOf(await sessionIn(await bed.open()))).toEqual(runAt(1, 1))
  })
})

describe('removing a session', () => {
  const state = stateAt(2, { appId: 'app', persistentId: 'id' })
  const saved = { appId: 'app', persistentId: 'id', path: 'saved' }

  it('leaves nothing of it, also of what is not in the database yet', async () => {
    const journal = await bed.open()
    writeFileSync(join(bed.dir, 'snapshot-2'), '')
    await journal.commit([
      { sessionId: 's', state, messages: newMessages(1, 2), snapshot: snapshotAt(2), saved },
    ])
    expect(await journal.removeSession('s')).toBe(true)
    expect(await sessionIn(journal)).toBeUndefined()
    await journal.close()
    const db = new Sqlite(bed.databasePath)
    const counts = ['sessions', 'snapshots', 'saved'].map((table) =>
      db.prepare(`SELECT count(*) FROM ${table}`).pluck().get(),
    )
    db.close()
    expect(counts).toEqual([0, 0, 0])
  })

  it('leaves what it saved to another session of that app and id', async () => {
    const journal = await bed.open()
    await journal.commit([
      { sessionId: 's', state, saved },
      { sessionId: 'other', state },
    ])
    await journal.removeSession('s')
    await journal.close()
    const db = new Sqlite(bed.databasePath)
    expect(db.prepare('SELECT path FROM saved').pluck().all()).toEqual(['saved'])
    db.close()
  })

  it('is false if there is none', async () => {
    expect(await (await bed.open()).removeSession('nobody')).toBe(false)
  })

  it('begins anew under the same id, also after a crash', async () => {
    const journal = await bed.open()
    await journal.commit([{ sessionId: 's', state, messages: newMessages(1, 2) }])
    await journal.removeSession('s')
    const fresh = stateAt(1, { timeline: 'another' })
    await journal.commit([{ sessionId: 's', state: fresh, messages: newMessages(1, 1) }])
    await journal.close()
    expect(await sessionIn(await bed.open())).toMatchObject({
      state: { timeline: 'another' },
      messages: [runAt(1, 1)],
    })
  })
})

it('lists the snapshots of a session once they are in the database', async () => {
  const journal = await bed.open()
  expect(await journal.snapshotsOf('s')).toEqual([])
  const snapshot = snapshotAt(2)
  await journal.recordFile({ path: snapshot.path, bytes: 7 })
  await journal.commit([
    { sessionId: 's', state: stateAt(2), messages: newMessages(1, 2), snapshot },
  ])
  await sessionIn(journal)
  expect(await journal.snapshotsOf('s')).toEqual([
    { time: snapshot.time, createdAt: expect.any(Number), bytes: 7 },
  ])
})
