import type { Database } from './database.ts'

/** Which database it is, and how many commits it has had. */
export interface CommitCount {
  read(): { readonly id: string; readonly commits: number }
  /** To be called within each commit. */
  write(commits: number): void
  /** Makes it another database, as far as the id tells. */
  renewId(): void
  /** Notes which version of the box uses the database. */
  writeProgram(version: string): void
}

export function commitCountIn(db: Database): CommitCount {
  const read = db.prepare<[], { id: string; commits: number }>('SELECT id, commits FROM journal')
  const write = db.prepare<[number]>('UPDATE journal SET commits = ?')
  const renewId = db.prepare<[]>('UPDATE journal SET id = lower(hex(randomblob(12)))')
  const writeProgram = db.prepare<[string]>('UPDATE journal SET program = ?')
  return {
    read: () => {
      const row = read.get()
      if (!row) throw new Error('the count of commits is missing from the database')
      return row
    },
    write: (commits) => {
      write.run(commits)
    },
    renewId: () => {
      renewId.run()
    },
    writeProgram: (version) => {
      writeProgram.run(version)
    },
  }
}
