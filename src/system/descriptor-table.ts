import { type FileHandle, open, readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'

const NOTHING = '/dev/null'
/** Files and connections that the table has room for at least: with so many open, it has twice as much. */
const COUNT = 4224
/** Of what the process may open, it has at most this share open for the table's sake. */
const MOST_SHARE = 0.5
/** So many are opened at a time, and then others may have the threads that do it for so long (ms). */
const AT_A_TIME = 64
const PAUSE_MS = 10

/**
 * Makes the process's table of open files large ahead. Linux doubles it whenever it is full, and who takes a
 * connection then waits 10 to 20 ms: that would be the event loop, and with it everybody who is in a session when a
 * crowd arrives. Here, threads wait that nobody waits for. The table never becomes smaller.
 * @param signal ends it ahead of time
 */
export async function growDescriptorTable(signal: AbortSignal): Promise<void> {
  if (process.platform !== 'linux') return
  const handles: FileHandle[] = []
  try {
    const count = Math.min(COUNT, (await mostOpenFiles()) * MOST_SHARE)
    while (handles.length + AT_A_TIME <= count) {
      handles.push(...(await openSome()))
      await delay(PAUSE_MS, undefined, { signal })
    }
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    while (handles.length > 0) {
      await Promise.all(handles.splice(0, AT_A_TIME).map((handle) => handle.close()))
    }
  }
}

/** Keeps none open if one cannot be opened. */
async function openSome(): Promise<FileHandle[]> {
  const attempts = Array.from({ length: AT_A_TIME }, () => open(NOTHING))
  const results = await Promise.allSettled(attempts)
  const opened = results.flatMap((result) => (result.status === 'fulfilled' ? result.value : []))
  const failed = results.find((result) => result.status === 'rejected')
  if (!failed) return opened
  for (const handle of opened) await handle.close()
  throw failed.reason
}

async function mostOpenFiles(): Promise<number> {
  const limits = await readFile('/proc/self/limits', 'utf8')
  const [, most = '0'] = /^Max open files\s+(\w+)/m.exec(limits) ?? []
  return most === 'unlimited' ? Infinity : Number(most)
}
