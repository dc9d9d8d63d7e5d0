import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { Worker } from 'node:worker_threads'

/** Files and connections that the table has room for at least: with so many open, it has twice as much. */
const COUNT = 4200
/** Of what the process may open, it has at most this share open for the table's sake. */
const MOST_SHARE = 0.5

/**
 * Makes the process's table of open files large ahead; resolves when it is, a tenth of a second later. Linux doubles
 * it whenever it is full, and who takes a connection then waits 10 to 20 ms: that would be the event loop, and with it
 * everybody who is in a session when a crowd arrives. Here, a thread waits that nobody waits for. The table never
 * becomes smaller.
 */
export async function growDescriptorTable(): Promise<void> {
  if (process.platform !== 'linux') return
  const workerData = Math.min(COUNT, (await mostOpenFiles()) * MOST_SHARE)
  const thread = new Worker(new URL('./descriptor-thread.mjs', import.meta.url), { workerData })
  await once(thread, 'exit')
}

async function mostOpenFiles(): Promise<number> {
  const limits = await readFile('/proc/self/limits', 'utf8')
  const [, most = '0'] = /^Max open files\s+(\w+)/m.exec(limits) ?? []
  return most === 'unlimited' ? Infinity : Number(most)
}
