import Sqlite from 'better-sqlite3'
import { type Database, openReader } from './database.ts'
import { MIGRATIONS, migrate } from './migrations.ts'

/** Those that refer to others come after them. */
const TABLES = ['sessions', 'announced', 'snapshots', 'saved', 'files'] as const

/**
 * Copies what the database knows, apart from messages, into memory: to try out what must not happen to
 * the database itself, which may be in use. To be closed when it is done with.
 * @throws {Error} in words for the person who runs the box, if another version of the box made it
 */
export function copyToMemory(path: string): Database {
  const reader = openReader(path)
  const copy = new Sqlite(':memory:')
  try {
    refuseOther(reader)
    migrate(copy)
    const fill = copy.transaction(() => {
      for (const table of TABLES) copyTable(reader, copy, table)
    })
    reader.transaction(fill)()
    return copy
  } catch (error) {
    copy.close()
    throw error
  } finally {
    reader.close()
  }
}

function copyTable(reader: Database, copy: Database, table: (typeof TABLES)[number]): void {
  const rows = reader.prepare<[], unknown[]>(`SELECT * FROM ${table}`).raw()
  const places = rows.columns().map(() => '?')
  const insert = copy.prepare(`INSERT INTO ${table} VALUES (${places.join(', ')})`)
  for (const row of rows.iterate()) insert.run(...row)
}

function refuseOther(reader: Database): void {
  const version = reader.pragma('user_version', { simple: true })
  if (version === MIGRATIONS.length) return
  throw new Error(
    `the database has schema version ${version}, and this program works with version ${MIGRATIONS.length}: ` +
      'use the version of the program that the box runs',
  )
}
