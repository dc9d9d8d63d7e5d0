import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type RawClient, RawClients } from '../support/raw-client.ts'
import { startBox, type TestBox } from '../support/start-box.ts'
import type { SyncArgs } from '../support/wire.ts'
import { eventually } from './app-handle.ts'
import type { AppPage } from './app-page.ts'
import { APP_DIR, newSession, Visitors } from './visitors.ts'

/** So many messages make a history long. */
const MANY = 2001
/** A client may overhear the first request because the session is young, and the next because it was slow. */
const ANSWERED = { timeout: 30_000, interval: 500 }

let box: TestBox
let visitors: Visitors
const others = new RawClients()

beforeAll(async () => {
  box = await startBox({ BOX_WEB_DIR: APP_DIR })
  visitors = await Visitors.launch()
})

afterEach(async () => {
  await others.closeAll()
  await visitors.leave()
})

afterAll(async () => {
  await visitors?.close()
  await box?.stop()
})

describe.each(['croquet', 'multisynq'] as const)('%s', (client) => {
  test('[SNAP9] [SNAP13] a client that is asked makes a snapshot, and joining is quick again', async () => {
    const session = newSession({ client })
    const ada = await visitors.join(box.url, session)
    await ada.publish('add', 1)
    await ada.shows({ count: 1 })
    const { sessionId } = await ada.state()
    await repeatLast(sessionId, MANY)
    await ada.shows({ count: 1 + MANY })
    await eventually(() => requests(sessionId)).toContain('messages')
    const kept = async () => (await look(sessionId)).messages.length
    await expect.poll(kept, ANSWERED).toBeLessThan(100)

    const bob = await visitors.join(box.url, session)
    expect(bob.syncs).toMatchObject([{ url: expect.stringMatching(/\.snap$/) }])
    await bob.publish('mark', 'end')
    expect(await bob.marked('end')).toBe(await ada.marked('end'))
    expectNoErrors(ada, bob)
  })

  test('[SNAP12] the last user makes a snapshot when the second-to-last leaves', async () => {
    const session = newSession({ client })
    const ada = await visitors.join(box.url, session)
    const bob = await visitors.join(box.url, session)
    await bob.publish('add', 5)
    await ada.shows({ count: 5 })
    const { sessionId } = await ada.state()
    expect(requests(sessionId)).toEqual([])
    await bob.close()
    await expect.poll(async () => (await look(sessionId)).url, ANSWERED).toMatch(/\.snap$/)
    expect(requests(sessionId)).toContain('leaving')
    expectNoErrors(ada)
  })
})

/** One who joins without a user comes and goes without anybody being told. */
function connect(sessionId: string): Promise<RawClient> {
  return others.connect(`ws://127.0.0.1:${box.port}/reflector`, sessionId)
}

/** What the next joiner would start from. */
async function look(sessionId: string): Promise<SyncArgs> {
  const client = await connect(sessionId)
  const sync = await client.join({ user: undefined })
  await client.close()
  return sync
}

/** Sends what a client sent last again and again: it is encrypted and cannot be made up. */
async function repeatLast(sessionId: string, times: number): Promise<void> {
  const client = await connect(sessionId)
  const { messages } = await client.join({ user: undefined })
  const last = messages.findLast(([, , payload]) => typeof payload === 'string')
  if (!last) throw new Error('no client has sent anything')
  for (let count = 0; count < times; count += 1) client.send('SEND', last)
  await client.ping()
}

/** Why snapshots of this session were asked for so far. */
function requests(sessionId: string): unknown[] {
  return box.logLines
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter((line) => line.event === 'snapshot-requested' && line.sessionId === sessionId)
    .map((line) => line.why)
}

function expectNoErrors(...pages: readonly AppPage[]): void {
  expect(pages.flatMap(({ errors }) => errors)).toEqual([])
}
