import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Journal, openJournal } from '../../src/journal/journal.ts'
import type { JournalProblem } from '../../src/journal/problem.ts'
import { journalOptions } from '../../src/journal/sample-records.ts'
import type { JournalEntry, StoredSession } from '../../src/session/record.ts'

const JOURNAL = new URL('../../src/journal/journal.ts', import.meta.url)

/** A folder of its own, in which a journal is opened as often as a test likes. */
export class JournalBed {
  readonly dir = mkdtempSync(join(tmpdir(), 'journal-'))
  readonly options = journalOptions(this.dir)
  readonly databasePath = this.options.databasePath
  /** of all journals that were opened */
  readonly problems: JournalProblem[] = []
  readonly #journals: Journal[] = []

  async open(onFailure?: (error: Error) => void): Promise<Journal> {
    const journal = await openJournal({
      ...this.options,
      onProblem: (problem) => this.problems.push(problem),
      ...(onFailure && { onFailure }),
    })
    this.#journals.push(journal)
    return journal
  }

  /** Opens a journal in a process of its own, commits these one by one, and kills it. */
  commitAndKill(...commits: readonly JournalEntry[][]): void {
    const program = `
      const { openJournal } = await import(${JSON.stringify(JOURNAL)})
      const journal = await openJournal(${JSON.stringify(this.options)})
      for (const entries of ${JSON.stringify(commits)}) await journal.commit(entries)
      process.kill(process.pid, 'SIGKILL')`
    const script = join(this.dir, 'killed.mjs')
    writeFileSync(script, program)
    const { signal, stderr } = spawnSync(process.execPath, [script], { encoding: 'utf8' })
    if (signal !== 'SIGKILL') throw new Error(`it ended by itself: ${stderr}`)
  }

  async close(): Promise<void> {
    await Promise.all(this.#journals.map((journal) => journal.close()))
    rmSync(this.dir, { recursive: true })
  }
}

/** The session `s`, of app `app` and persistent id `id`. */
export async function sessionIn(journal: Journal): Promise<StoredSession | undefined> {
  return (await journal.load('s', 'app', 'id')).session
}
