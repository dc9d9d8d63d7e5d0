import { type Stats, statSync } from 'node:fs'
import { join } from 'node:path'
import type { FileRecord } from '../db/files.ts'
import type { FileIndex } from '../db/inventory.ts'
import { type Folders, quarantine } from './quarantine.ts'
import { type Found, walkUploads } from './upload-walk.ts'

/** How long a step lasts (ms); on a slow disk, as long as one look at it takes. */
const STEP_MS = 1
/** More than any file's path has; bounds how many folders are open at once. */
const DEEPEST_FOLDER = 8
/**
 * How long an upload that the index did not know counts as in use (ms): perhaps the database that knows
 * it is about to be put back.
 */
const ADOPTED_FOR_MS = 30 * 24 * 3_600_000
/** How many paths of a kind are told. */
const TOLD_PATHS = 5
/** A file's time may be behind the clock by so much (ms): Linux notes it by the tick of its timer. */
const TIMESTAMP_LAG_MS = 50

/** What an inventory looks at. */
export interface InventorySource extends Folders {
  readonly index: FileIndex
  /** whether a path below the upload folder is one that a client's file can have */
  readonly isFilePath: (path: string) => boolean
  /** ms since 1970 */
  readonly wallTime: () => number
  /** told what was found and done, if it does not come to its end */
  readonly onCutShort: (report: InventoryReport) => void
}

/** How many, and the first few. Paths are below the upload folder. */
export interface PathTally {
  readonly count: number
  readonly paths: readonly string[]
}

/** What an inventory found and did. */
export interface InventoryReport {
  /** were on disk only: now in the index */
  readonly adopted: PathTally
  /** were in the index only, and nobody refers to them: no longer in the index */
  readonly missing: PathTally
  /** likewise, but a snapshot or what an app saved was in them */
  readonly lost: PathTally
  /** have another length than when they were stored: in quarantine, so that they can be uploaded again */
  readonly changed: PathTally
  /** are of no client's making: in quarantine */
  readonly foreign: PathTally
  /** could not be read, or not be moved: left as they are */
  readonly stuck: PathTally
}

/**
 * Compares the index of uploads with what is on disk and mends the index, step by step. Nothing is
 * deleted: what may not stay is moved to quarantine. Between two steps anything may be committed, files
 * be put, and garbage collected.
 */
export function* takeInventory(source: InventorySource): Generator<undefined, InventoryReport> {
  const stocktaking = new Stocktaking(source)
  const endStep = () => stocktaking.changeIndex()
  const found = walkUploads(source.uploadsDir, DEEPEST_FOLDER)
  let isDone = false
  try {
    yield* inSteps(found, (entry) => stocktaking.lookAt(entry), endStep)
    yield* inSteps(rowsOf(source.index), (row) => stocktaking.lookFor(row), endStep)
    isDone = true
    return stocktaking.report
  } finally {
    if (!isDone) source.onCutShort(stocktaking.report)
  }
}

function* inSteps<Item>(
  items: Iterable<Item>,
  take: (item: Item) => void,
  endStep: () => void,
): Generator<undefined, void> {
  let stepEnd = performance.now() + STEP_MS
  for (const item of items) {
    take(item)
    if (performance.now() < stepEnd) continue
    endStep()
    yield undefined
    stepEnd = performance.now() + STEP_MS
  }
  endStep()
}

function* rowsOf(index: FileIndex): Generator<FileRecord> {
  let last: FileRecord | undefined
  do {
    const rows = index.after(last?.path ?? '')
    yield* rows
    last = rows.at(-1)
  } while (last)
}

/** A tally while it grows. */
interface Tally {
  count: number
  readonly paths: string[]
}

class Stocktaking {
  readonly #source: InventorySource
  /** What is younger is being recorded by its upload. */
  readonly #youngest: number
  readonly #added: FileRecord[] = []
  readonly #removed: string[] = []
  readonly #tallies = {
    adopted: emptyTally(),
    missing: emptyTally(),
    lost: emptyTally(),
    changed: emptyTally(),
    foreign: emptyTally(),
    stuck: emptyTally(),
  }

  constructor(source: InventorySource) {
    this.#source = source
    this.#youngest = source.wallTime() - TIMESTAMP_LAG_MS
  }

  get report(): InventoryReport {
    return this.#tallies
  }

  lookAt({ path, kind, depth }: Found): void {
    const { isFilePath } = this.#source
    switch (kind) {
      case 'folder':
        if (isFilePath(path) || depth > DEEPEST_FOLDER) this.#moveAway(path, 'foreign')
        break
      case 'unreadable folder':
        this.#note('stuck', path)
        break
      case 'other':
        this.#unlessStuck(path, () => this.#lookAtFile(path))
        break
      default:
        kind satisfies never
    }
  }

  lookFor({ path }: FileRecord): void {
    const { index } = this.#source
    this.#unlessStuck(path, () => {
      if (this.#stat(path)?.isFile()) return
      // Garbage may have been collected since the rows were read.
      if (index.bytesOf(path) === undefined) return
      this.#note(index.isNeeded(path) ? 'lost' : 'missing', path)
      // If it is uploaded right now, that is recorded after this.
      this.#removed.push(path)
    })
  }

  /** Does to the index what was found to be necessary since the last time. */
  changeIndex(): void {
    if (this.#added.length === 0 && this.#removed.length === 0) return
    const { index, wallTime } = this.#source
    const usedAt = wallTime() + ADOPTED_FOR_MS
    index.change(this.#added.splice(0), this.#removed.splice(0), usedAt)
  }

  #lookAtFile(path: string): void {
    const stats = this.#stat(path)
    const isFilePath = this.#source.isFilePath(path)
    if (isFilePath && stats?.isFile()) this.#compare({ path, bytes: stats.size }, stats)
    // A link to a folder was put there by the owner of the box.
    else if (isFilePath || !stats?.isDirectory()) this.#moveAway(path, 'foreign')
  }

  #compare(file: FileRecord, { ctimeMs }: Stats): void {
    const bytes = this.#source.index.bytesOf(file.path)
    if (bytes === file.bytes || ctimeMs >= this.#youngest) return
    if (bytes !== undefined) {
      this.#moveAway(file.path, 'changed')
      return
    }
    this.#note('adopted', file.path)
    this.#added.push(file)
  }

  #moveAway(path: string, kind: 'foreign' | 'changed'): void {
    this.#unlessStuck(path, () => {
      quarantine(this.#source, path)
      this.#note(kind, path)
    })
  }

  #stat(path: string): Stats | undefined {
    return statSync(join(this.#source.uploadsDir, path), { throwIfNoEntry: false })
  }

  #unlessStuck(path: string, act: () => void): void {
    try {
      act()
    } catch (error) {
      if (!(error instanceof Error && 'syscall' in error)) throw error
      // Else it was removed while this looked at it.
      if ('code' in error && error.code !== 'ENOENT') this.#note('stuck', path)
    }
  }

  #note(kind: keyof InventoryReport, path: string): void {
    const tally = this.#tallies[kind]
    tally.count += 1
    if (tally.paths.length < TOLD_PATHS) tally.paths.push(path)
  }
}

function emptyTally(): Tally {
  return { count: 0, paths: [] }
}
