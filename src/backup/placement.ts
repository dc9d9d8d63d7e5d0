import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { platform } from 'node:os'
import { join, relative } from 'node:path'
import { APPS_NAME, DATA_NAMES, DATABASE_NAME, OWN_FOLDERS, UPLOADS_NAME } from './box-folder.ts'
import { syncFolders } from './sync-folders.ts'

/**
 * What a restore is about to move, in the box's folder for as long as it moves. Half of it must not pass
 * for a box: a start, or another restore, finishes it first.
 */
export const PLAN_NAME = 'restore-plan.json'

interface Plan {
  /** of the new data, below the box's folder */
  readonly from: string
  /** of what was there before, below the box's folder */
  readonly aside: string
  /** in order */
  readonly old: readonly string[]
  /** in order; the database last */
  readonly fresh: readonly string[]
}

export interface FinishedRestore {
  /** the folder of what was there before; undefined: there was nothing */
  readonly oldDataDir: string | undefined
}

type Move = readonly [from: string, to: string]

/**
 * Moves a box's data aside and new data, whose files are synced, into its place. If it rejects, the old
 * data is where it was. If the process ends in the middle, {@link finishPlacement} does the rest. What the
 * box knows for itself, and apps, stay as they are if there is nothing new.
 * @param newDir in `dir`; holds the new database and uploads, and perhaps what the box knows for itself, and apps
 * @param asideDir in `dir`; made for what was there
 */
export async function replaceData(dir: string, newDir: string, asideDir: string): Promise<void> {
  await syncFolders(newDir)
  const others = [...OWN_FOLDERS, APPS_NAME].filter((name) => existsSync(join(newDir, name)))
  const plan: Plan = {
    from: relative(dir, newDir),
    aside: relative(dir, asideDir),
    old: [...DATA_NAMES, ...others].filter((name) => existsSync(join(dir, name))),
    fresh: [UPLOADS_NAME, ...others, DATABASE_NAME],
  }
  const done: Move[] = []
  try {
    writePlan(dir, plan)
    moveOldAside(dir, plan, done)
    moveNewIn(dir, plan, done)
  } catch (error) {
    // Nothing is lost even if it cannot be put back: then the plan stays, and the next start says so.
    for (const [from, to] of done.reverse()) renameSync(to, from)
    if (existsSync(asideDir)) rmdirSync(asideDir)
    removePlan(dir)
    throw error
  }
}

/** Whether a restore ended in the middle of its moves. */
export function isPlacementUnfinished(dir: string): boolean {
  return existsSync(join(dir, PLAN_NAME))
}

/**
 * Finishes what {@link replaceData} could not, if the process was ended in the middle of it. Its data was
 * whole and checked before anything was moved. To be called by who has locked the folder.
 * @returns undefined: there was nothing to finish
 * @throws {Error} with a sentence for the person who runs the box, if it cannot be finished
 */
export function finishPlacement(dir: string): FinishedRestore | undefined {
  const plan = readPlan(dir)
  if (!plan) return undefined
  try {
    // With the first of the new data in its place, all of the old is aside, and on the disk there.
    const isOldAside = plan.fresh.some((name) => !existsSync(join(dir, plan.from, name)))
    if (!isOldAside) moveOldAside(dir, plan, [])
    moveNewIn(dir, plan, [])
  } catch (cause) {
    const aside = join(dir, plan.aside)
    throw new Error(
      `a restore into ${dir} was cut short and cannot be finished (${(cause as Error).message}). ` +
        'Mend that and start the box again. Or undo the restore: ' +
        `move all that is in ${aside} back into ${dir}, and delete ${join(dir, PLAN_NAME)}`,
      { cause },
    )
  }
  const aside = join(dir, plan.aside)
  rmSync(join(dir, plan.from), { recursive: true, force: true })
  return { oldDataDir: existsSync(aside) ? aside : undefined }
}

/** Does each move that is not done yet. @param done takes the moves */
function moveOldAside(dir: string, { aside, old }: Plan, done: Move[]): void {
  const asideDir = join(dir, aside)
  mkdirSync(asideDir, { recursive: true })
  for (const name of old) {
    if (!existsSync(join(asideDir, name))) move([join(dir, name), join(asideDir, name)], done)
  }
  syncNames(asideDir)
  syncNames(dir)
}

/** Does each move that is not done yet, and ends the plan. @param done takes the moves */
function moveNewIn(dir: string, { from, fresh }: Plan, done: Move[]): void {
  for (const name of fresh) {
    const isDone = !existsSync(join(dir, from, name)) && existsSync(join(dir, name))
    if (!isDone) move([join(dir, from, name), join(dir, name)], done)
  }
  syncNames(dir)
  removePlan(dir)
}

function move([from, to]: Move, done: Move[]): void {
  renameSync(from, to)
  done.push([from, to])
}

function writePlan(dir: string, plan: Plan): void {
  const path = join(dir, PLAN_NAME)
  writeFileSync(`${path}.new`, `${JSON.stringify(plan, undefined, 1)}\n`, { flush: true })
  renameSync(`${path}.new`, path)
  syncNames(dir)
}

function readPlan(dir: string): Plan | undefined {
  const path = join(dir, PLAN_NAME)
  if (!existsSync(path)) return undefined
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Plan
  } catch (cause) {
    throw new Error(
      `${path} cannot be read (${(cause as Error).message}): it says how to finish a restore that was ` +
        `cut short. Undo the restore: move all that is in the newest ${join(dir, 'before-restore-…')} ` +
        `back into ${dir}, and delete ${path}`,
      { cause },
    )
  }
}

function removePlan(dir: string): void {
  for (const end of ['.new', '']) rmSync(join(dir, `${PLAN_NAME}${end}`), { force: true })
  syncNames(dir)
}

/** Windows opens no folder as a file; its file systems keep names in a journal. */
function syncNames(dir: string): void {
  if (platform() === 'win32') return
  const fd = openSync(dir, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}
