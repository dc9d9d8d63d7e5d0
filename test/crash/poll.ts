import { setTimeout as delay } from 'node:timers/promises'

const INTERVAL_MS = 10

/** Resolves once `isSo` says yes; rejects, naming `what`, when time is up. */
export async function poll(
  what: string,
  timeoutMs: number,
  isSo: () => boolean | Promise<boolean>,
): Promise<void> {
  const deadline = performance.now() + timeoutMs
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${what}`)
    await delay(INTERVAL_MS)
  }
}
