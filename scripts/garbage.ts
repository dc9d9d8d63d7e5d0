import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { DATABASE_NAME, lockBox } from '../src/backup/box-folder.ts'
import { sizeText } from '../src/backup/progress-display.ts'
import { type Config, readConfig } from '../src/config.ts'
import { copyToMemory } from '../src/db/copy.ts'
import { garbageIn } from '../src/db/garbage.ts'
import {
  collectGarbage,
  type GarbageItem,
  type GarbageKind,
  type GarbageReport,
} from '../src/journal/garbage.ts'
import { runTool } from '../src/system/tool.ts'
import { volumeOf } from '../src/system/volume.ts'

const USAGE = `Tells what the box would delete now as garbage, and deletes nothing; also while the box runs.

usage: npm run garbage -- [--list]

  --list  names each of them, too
  --help  this text

example: npm run garbage -- --list

The settings of the box count: BOX_FILES_DIR, BOX_KEPT_SNAPSHOTS, BOX_SESSION_DAYS, BOX_DATA_DAYS.
Exit code 0 if all is well, 1 if not, 2 for wrong usage.`

/** In the order of the table, in words for people. */
const NAMES: Readonly<Record<GarbageKind, string>> = {
  session: 'sessions',
  'saved data': 'saved data of such sessions',
  snapshot: 'older snapshots',
  'snapshot file': 'files of snapshots',
  'persisted file': 'files of saved data',
  'data file': 'files that apps shared',
}
const KINDS = Object.keys(NAMES) as GarbageKind[]
const FILE_KINDS = KINDS.filter((kind) => kind.endsWith(' file'))

/** Collects garbage in a copy of the database, and leaves the files alone. */
function rehearse(config: Config): { items: GarbageItem[]; report: GarbageReport } {
  const dir = resolve(config.filesDir)
  const path = join(dir, DATABASE_NAME)
  if (!existsSync(path)) {
    throw new Error(`there is no box's database at ${path}: set BOX_FILES_DIR to its folder`)
  }
  // On a drive without a write-ahead log, whoever reads holds up the commits of a box.
  const unlock = volumeOf(dir).isLocal ? () => {} : lockBox(dir)
  const copy = copyToMemory(path)
  unlock()
  try {
    const source = {
      garbage: garbageIn(copy),
      trash: { isFull: false, take: () => {} },
      wallTime: Date.now,
      onCutShort: () => {},
    }
    // A session that runs is stored as visited every few seconds.
    const steps = collectGarbage(source, { ...config, running: new Set() })
    const items: GarbageItem[] = []
    for (;;) {
      const step = steps.next()
      if (step.done) return { items, report: step.value }
      items.push(...(step.value ?? []))
    }
  } finally {
    copy.close()
  }
}

function tableOf(report: GarbageReport): string {
  const rows = KINDS.map((kind) => {
    const { count, bytes } = report[kind]
    return [NAMES[kind], String(count), FILE_KINDS.includes(kind) ? sizeText(bytes) : '']
  })
  const sum = FILE_KINDS.reduce((total, kind) => total + report[kind].bytes, 0)
  const lines = [['what would go', 'count', 'size'], ...rows, ['', '', sizeText(sum)]].map(
    ([what = '', count = '', size = '']) =>
      `${what.padEnd(28)}${count.padStart(8)}${size.padStart(12)}`.trimEnd(),
  )
  return `${lines.join('\n')}\nThe files of sessions, saved data and older snapshots that go now follow a day later.`
}

process.exitCode = await runTool(process, {
  ...{ name: 'garbage', usage: USAGE },
  config: { options: { list: { type: 'boolean', default: false } } } as const,
  run: ({ values }) => {
    const { items, report } = rehearse(readConfig(process.env))
    if (values.list) for (const { kind, name } of items) console.log(`${kind}\t${name}`)
    console.log(tableOf(report))
    return 0
  },
})
