import {
  copyFileSync,
  cpSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { JournalBed, sessionIn } from '../../test/support/journal-bed.ts'
import { openJournal } from './journal.ts'
import { journalOptions, messagesOf, newMessages, runAt, stateAt } from './sample-records.ts'

let bed: JournalBed
beforeEach(() => {
  bed = new JournalBed()
})
afterEach(() => bed.close())

describe('the commit log', () => {
  const started = { sessionId: 's', messages: newMessages(1, 3), state: stateAt(3) }

  it('has what the sudden end of the process kept from the database', async () => {
    bed.commitAndKill([started], [{ sessionId: 's', messages: newMessages(4, 2) }])
    const database = new Sqlite(bed.databasePath, { readonly: true })
    expect(database.prepare('SELECT * FROM sessions').all()).toEqual([])
    database.close()
    const session = await sessionIn(await bed.open())
    expect(session?.state).toEqual(stateAt(5))
    expect(messagesOf(session)).toEqual(runAt(1, 5))
    expect(bed.problems).toEqual([])
  })

  it('gives its commits once, however often the process ends', async () => {
    bed.commitAndKill([started])
    bed.commitAndKill([{ sessionId: 's', messages: newMessages(4, 1) }])
    bed.commitAndKill()
    expect(messagesOf(await sessionIn(await bed.open()))).toEqual(runAt(1, 4))
    expect(bed.problems).toEqual([])
  })

  it('is empty when everything is in the database', async () => {
    const journal = await bed.open()
    await journal.commit([started])
    await journal.close()
    for (const path of bed.options.logPaths) expect(statSync(path).size).toBe(0)
  })

  it('gives up what the database does not take, and the timelines with it', async () => {
    const other = { ...started, sessionId: 'other' }
    bed.commitAndKill([started], [{ sessionId: 'unknown', messages: newMessages(1, 1) }, other])
    const journal = await bed.open()
    expect((await sessionIn(journal))?.state.timeline).not.toBe('timeline-1')
    expect((await journal.load('other', undefined, undefined)).session).toBeDefined()
    const reason = 'it does not take commit 2 of its log: session unknown has no state yet'
    expect(bed.problems).toEqual([{ kind: 'timelines renewed', reason }])
  })

  it('has a commit as a whole or not at all, however long it is', async () => {
    const long = ['a', 'b'].map((mark, index) => ({
      sessionId: 's',
      messages: { first: 4 + index, count: 1, text: `["${mark.repeat(2_100_000)}"]`, time: 1 },
    }))
    bed.commitAndKill([started], long)
    const path = bed.options.logPaths.find((name) => statSync(name).size > 0) ?? ''
    const log = readFileSync(path)
    expect(log.toString('latin1').split('\n')).toHaveLength(1 + 2 + 1)
    const aside = `${bed.dir}-copy`
    cpSync(bed.dir, aside, { recursive: true })
    truncateSync(path, log.lastIndexOf('\n', log.length - 2) + 1)
    const session = await sessionIn(await bed.open())
    expect(messagesOf(session)).toEqual(runAt(1, 3))
    const copy = await openJournal(journalOptions(aside))
    const whole = messagesOf(await sessionIn(copy))
    await copy.close()
    rmSync(aside, { recursive: true })
    expect(whole?.count).toBe(5)
    expect(whole?.text.endsWith(long.map(({ messages }) => messages.text).join())).toBe(true)
  })

  it('[SYNC10] is needed after a sudden end: without it, timelines are renewed', async () => {
    bed.commitAndKill([started])
    rmSync(bed.options.logPaths[1])
    await bed.open()
    const reason = 'its commit log is gone'
    expect(bed.problems).toEqual([{ kind: 'timelines renewed', reason }])
  })

  it('[SYNC10] of a newer database tells that this one is older', async () => {
    const first = await bed.open()
    await first.commit([started])
    await first.close()
    const { databasePath } = bed
    copyFileSync(databasePath, `${databasePath}.old`)
    bed.commitAndKill([{ sessionId: 's', messages: newMessages(4, 1) }])
    bed.commitAndKill([{ sessionId: 's', messages: newMessages(5, 1) }])
    for (const end of ['-wal', '-shm']) rmSync(databasePath + end, { force: true })
    copyFileSync(`${databasePath}.old`, databasePath)
    expect(messagesOf(await sessionIn(await bed.open()))).toEqual(runAt(1, 3))
    const reason = 'its log goes on at commit 3, and it at 2'
    expect(bed.problems).toEqual([{ kind: 'timelines renewed', reason }])
  })

  const more = (first: number) => [{ sessionId: 's', messages: newMessages(first, 1) }]
  /** The file of the commit log that has these three commits, of 3 + 1 + 1 messages. */
  const commitThreeAndKill = () => {
    bed.commitAndKill([started], more(4), more(5))
    const path = bed.options.logPaths.find((name) => statSync(name).size > 0) ?? ''
    return { path, records: readFileSync(path, 'utf8').split(/(?<=\n)/) }
  }

  it.each([
    ['was emptied', 0, () => ''],
    ['lacks its last record', 2, (records) => records.slice(0, 2).join('')],
    ['is cut off in its last record', 2, (records) => records.join('').slice(0, -5)],
    ['was replaced by one of another database', 0, () => '00000000 1 []\n00000000 2 []\n'],
  ] satisfies [string, number, (records: string[]) => string][])(
    '[SYNC10] renews timelines if it %s while the box was down',
    async (_what, left, change) => {
      const { path, records } = commitThreeAndKill()
      writeFileSync(path, change(records))
      const { state } = (await sessionIn(await bed.open())) ?? {}
      expect(state?.timeline).not.toBe('timeline-1')
      const reason = `its log ends at commit ${left}, and went to 3`
      expect(bed.problems).toEqual([{ kind: 'timelines renewed', reason }])
    },
  )

  it('[SYNC10] renews timelines if a record is gone from the middle', async () => {
    const { path, records } = commitThreeAndKill()
    writeFileSync(path, `${records[0]}${records[2]}`)
    await bed.open()
    const reason = 'its log goes on at commit 3, and it at 2'
    expect(bed.problems).toEqual([{ kind: 'timelines renewed', reason }])
  })

  it('keeps the timeline with an unfinished last record, which nobody saw', async () => {
    const { path, records } = commitThreeAndKill()
    const [, , last = ''] = records
    writeFileSync(path, `${records.join('')}${last.slice(0, -5)}`)
    expect((await sessionIn(await bed.open()))?.state).toEqual(stateAt(5))
    expect(bed.problems).toEqual([])
  })

  it('keeps the timeline if the process ended between a record and its mark', async () => {
    commitThreeAndKill()
    lowerSeen(bed.options.watermarkPath, 2)
    expect((await sessionIn(await bed.open()))?.state).toEqual(stateAt(5))
    expect(bed.problems).toEqual([])
  })

  it('is not missed once everything is in the database', async () => {
    const journal = await bed.open()
    await journal.commit([started])
    await journal.commit(more(4))
    await journal.close()
    for (const path of bed.options.logPaths) truncateSync(path)
    expect((await sessionIn(await bed.open()))?.state).toEqual(stateAt(4))
    expect(bed.problems).toEqual([])
  })

  it('[SYNC10] is missed again after a start that renewed timelines', async () => {
    const first = commitThreeAndKill()
    writeFileSync(first.path, '')
    bed.commitAndKill([started], more(4))
    bed.problems.length = 0
    for (const path of bed.options.logPaths) truncateSync(path)
    await bed.open()
    const reason = 'its log ends at commit 0, and went to 2'
    expect(bed.problems).toEqual([{ kind: 'timelines renewed', reason }])
  })
})

/** Writes into the mark that clients saw the commits up to this one only. */
function lowerSeen(path: string, commits: number): void {
  const text = readFileSync(path, 'utf8')
  const [known = '', , ...rest] = text.split(/(?<= )/)
  writeFileSync(path, [known, `${String(commits).padStart(16, '0')} `, ...rest].join(''))
}
