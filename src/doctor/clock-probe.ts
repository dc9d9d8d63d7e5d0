import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { ClockLook } from './clock.ts'
import { inTime, LOOK_LIMIT_MS } from './limits.ts'

const PACKAGE = new URL('../../package.json', import.meta.url)

/** Time as two clocks have it: one that people set, and one that nobody does. */
export interface TwoClocks {
  /** ms since 1970 */
  wallTime(): number
  /** monotonic, ms */
  now(): number
}

/**
 * Begins to watch the clock of this machine.
 * @param dir of the box, absolute
 * @returns what looks at the clock now, and says how far it was set since
 */
export function watchClock(dir: string, clocks: TwoClocks): () => Promise<ClockLook> {
  const offset = () => clocks.wallTime() - clocks.now()
  const begin = offset()
  const newest = inTime(newestIn(dir), LOOK_LIMIT_MS).catch(() => undefined)
  return async () => ({
    wallTime: clocks.wallTime(),
    stepMs: offset() - begin,
    installedAt: (await stat(PACKAGE)).mtimeMs,
    newestFileAt: await newest,
  })
}

/** When the newest file right in a folder was written, ms since 1970; undefined: there is none. */
async function newestIn(dir: string): Promise<number | undefined> {
  const names = await readdir(dir)
  const stats = await Promise.all(names.map((name) => stat(join(dir, name)).catch(() => undefined)))
  const times = stats.flatMap((each) => (each?.isFile() ? [each.mtimeMs] : []))
  return times.length > 0 ? Math.max(...times) : undefined
}
