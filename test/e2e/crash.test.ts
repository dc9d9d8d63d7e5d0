import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { BoxProcess } from '../support/box-process.ts'
import { eventually } from './app-handle.ts'
import { APP_DIR, newSession, Visitors } from './visitors.ts'

let filesDir: string
let box: BoxProcess
let visitors: Visitors

beforeAll(async () => {
  filesDir = await mkdtemp(join(tmpdir(), 'box-'))
  box = startProcess('0')
  visitors = await Visitors.launch()
})

afterAll(async () => {
  await visitors?.close()
  await kill()
  await rm(filesDir, { recursive: true })
})

test('[TIME6] [SYNC8] what anybody saw is there after the box was killed', async () => {
  const session = newSession({ rejoinLimit: 15_000 })
  const url = await box.url()
  const ada = await visitors.join(url, session)
  const bob = await visitors.join(url, session)
  for (let step = 0; step < 50; step += 1) await ada.publish('add', 1)
  await eventually(async () => (await bob.state()).count).toBeGreaterThan(0)
  await kill()
  const seen = await bob.state()
  box = startProcess(new URL(url).port)
  // What ada had sent when the box was killed, and nobody had seen, is gone.
  for (const page of [ada, bob]) await eventually(() => page.syncs.length).toBe(2)
  await bob.publish('mark', 'end')
  expect(await ada.marked('end')).toBe(await bob.marked('end'))
  const { count, teatime } = await bob.state()
  expect(count).toBeGreaterThanOrEqual(seen.count)
  expect(teatime).toBeGreaterThanOrEqual(seen.teatime)
  for (const page of [ada, bob]) await page.shows({ viewsMade: 1 })
  const [first, second] = bob.syncs
  expect(second?.timeline).toBe(first?.timeline)
})

function startProcess(port: string): BoxProcess {
  return new BoxProcess({
    BOX_HOST: '127.0.0.1',
    BOX_PORT: port,
    BOX_FILES_DIR: filesDir,
    BOX_WEB_DIR: APP_DIR,
  })
}

/** Ends the box at once, without a chance to do anything more. */
async function kill(): Promise<void> {
  box.kill('SIGKILL')
  expect(await box.exit).toBe('SIGKILL')
}
