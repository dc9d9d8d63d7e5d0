import type { Database } from 'better-sqlite3'

/**
 * What brings the schema from version n to n + 1, in order. Append only: a released entry never changes.
 * Columns ending in `_at` are wall time in ms, `time` is teatime in ms.
 */
export const MIGRATIONS: readonly string[] = [
  `
  -- One row per session, for the timeline it is in: a session that starts anew gets a new id.
  CREATE TABLE sessions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    session_id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    app_id TEXT,
    persistent_id TEXT,
    page_url TEXT NOT NULL,
    timeline TEXT NOT NULL,
    tove TEXT,
    time REAL NOT NULL,
    position INTEGER NOT NULL,
    tick REAL NOT NULL,
    delay REAL NOT NULL,
    scale REAL NOT NULL,
    flags TEXT NOT NULL,             -- JSON
    completed_tallies TEXT NOT NULL, -- JSON
    persisted_path TEXT,
    presence TEXT NOT NULL DEFAULT '{"announced":[],"leaveDelay":0}', -- JSON
    created_at INTEGER NOT NULL,
    visited_at INTEGER NOT NULL
  ) STRICT;

  -- One row per session and commit. Rows of all sessions lie in the order of their arrival and only the
  -- small index is by session, so that a commit of many sessions changes few pages.
  CREATE TABLE messages (
    id INTEGER PRIMARY KEY,
    session INTEGER NOT NULL, -- sessions.id; may be a timeline that is gone, until trimmed
    first INTEGER NOT NULL,
    count INTEGER NOT NULL CHECK (count > 0),
    text TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX messages_by_position ON messages (session, first);

  -- Messages that nothing needs any more, deleted slice by slice.
  CREATE TABLE trims (
    session INTEGER PRIMARY KEY,
    through INTEGER NOT NULL -- position of the last message not needed
  ) STRICT;

  CREATE TABLE snapshots (
    session INTEGER NOT NULL REFERENCES sessions,
    time REAL NOT NULL,
    seq INTEGER NOT NULL,
    position INTEGER NOT NULL,
    hash TEXT NOT NULL,
    path TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (session, time)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE saved (
    app_id TEXT NOT NULL,
    persistent_id TEXT NOT NULL,
    path TEXT NOT NULL,
    saved_at INTEGER NOT NULL,
    PRIMARY KEY (app_id, persistent_id)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE files (
    path TEXT NOT NULL PRIMARY KEY,
    bytes INTEGER NOT NULL,
    uploaded_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  -- Counts kept up to date, because counting rows would hold up commits.
  CREATE TABLE totals (
    sessions INTEGER NOT NULL,
    snapshots INTEGER NOT NULL,
    files INTEGER NOT NULL,
    file_bytes INTEGER NOT NULL
  ) STRICT;
  INSERT INTO totals VALUES (0, 0, 0, 0);
  CREATE TRIGGER session_added AFTER INSERT ON sessions
    BEGIN UPDATE totals SET sessions = sessions + 1; END;
  CREATE TRIGGER session_removed AFTER DELETE ON sessions
    BEGIN UPDATE totals SET sessions = sessions - 1; END;
  CREATE TRIGGER snapshot_added AFTER INSERT ON snapshots
    BEGIN UPDATE totals SET snapshots = snapshots + 1; END;
  CREATE TRIGGER snapshot_removed AFTER DELETE ON snapshots
    BEGIN UPDATE totals SET snapshots = snapshots - 1; END;
  CREATE TRIGGER file_added AFTER INSERT ON files
    BEGIN UPDATE totals SET files = files + 1, file_bytes = file_bytes + new.bytes; END;
  CREATE TRIGGER file_changed AFTER UPDATE ON files
    BEGIN UPDATE totals SET file_bytes = file_bytes + new.bytes - old.bytes; END;
  CREATE TRIGGER file_removed AFTER DELETE ON files
    BEGIN UPDATE totals SET files = files - 1, file_bytes = file_bytes - old.bytes; END;
  `,
  `
  -- One row: which database this is, and how many commits it has had. See the watermark.
  CREATE TABLE journal (
    id TEXT NOT NULL,
    commits INTEGER NOT NULL
  ) STRICT;
  INSERT INTO journal VALUES (lower(hex(randomblob(12))), 0);

  -- A file that was uploaded, announced, or let go by a session is not garbage for a while after it.
  ALTER TABLE files RENAME COLUMN uploaded_at TO used_at;

  -- Who refers to a file, and whether (app_id, persistent_id) is still anybody's.
  CREATE INDEX snapshots_by_path ON snapshots (path);
  CREATE INDEX saved_by_path ON saved (path);
  CREATE INDEX sessions_by_persisted_path ON sessions (persisted_path) WHERE persisted_path IS NOT NULL;
  CREATE INDEX sessions_by_persistent_id ON sessions (persistent_id, app_id) WHERE persistent_id IS NOT NULL;
  `,
  `
  -- The version of the box that used it last: an older one tells by it which is needed.
  ALTER TABLE journal ADD COLUMN program TEXT NOT NULL DEFAULT '';
  `,
  `
  -- The newest commits may be in the log beside the database: no program that does not know of it may open it.
  `,
  `
  -- Nobody reads the counts.
  DROP TRIGGER session_added;
  DROP TRIGGER session_removed;
  DROP TRIGGER snapshot_added;
  DROP TRIGGER snapshot_removed;
  DROP TRIGGER file_added;
  DROP TRIGGER file_changed;
  DROP TRIGGER file_removed;
  DROP TABLE totals;
  `,
  `
  -- Who was announced as joined, and not yet as left: a row for each, so that a change writes no more than changed.
  CREATE TABLE announced (
    session INTEGER NOT NULL REFERENCES sessions,
    number INTEGER NOT NULL,
    user TEXT NOT NULL, -- JSON
    PRIMARY KEY (session, number)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO announced
    SELECT sessions.id, each.key + 1, presence -> ('$.announced[' || each.key || ']')
    FROM sessions, json_each(presence, '$.announced') AS each;
  ALTER TABLE sessions ADD COLUMN leave_delay REAL NOT NULL DEFAULT 0;
  UPDATE sessions SET leave_delay = coalesce(presence ->> '$.leaveDelay', 0);
  ALTER TABLE sessions DROP COLUMN presence;
  `,
  `
  -- Whether nobody said yet who may which app the session runs (ROLE8). Of those before this, somebody did.
  ALTER TABLE sessions ADD COLUMN is_app_unknown INTEGER NOT NULL DEFAULT 0;
  `,
]

/** @throws {Error} if the schema is newer than `migrations`; the database is then as it was */
export function migrate(db: Database, migrations: readonly string[] = MIGRATIONS): void {
  const version = db.pragma('user_version', { simple: true }) as number
  if (version > migrations.length) {
    throw new Error(
      `it was written by ${programOf(db)}, with schema version ${version}; this one knows ` +
        `those up to ${migrations.length}: start that version or a newer one, or restore a backup made before the upgrade`,
    )
  }
  if (version === migrations.length) return
  db.transaction(() => {
    for (const migration of migrations.slice(version)) db.exec(migration)
    db.pragma(`user_version = ${migrations.length}`)
  })()
}

function programOf(db: Database): string {
  const program = attempt(() => db.prepare('SELECT program FROM journal').pluck().get())
  return program ? `version ${program} of the box` : 'a newer version of the box'
}

/** Where a newer version keeps that, if it does, cannot be known. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
