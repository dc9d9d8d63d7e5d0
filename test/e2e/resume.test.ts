import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { RawClients, randomSessionId } from '../support/raw-client.ts'
import type { JoinArgs, SyncArgs } from '../support/wire.ts'
import { type AppState, eventually } from './app-handle.ts'
import type { AppPage } from './app-page.ts'
import { LastingBox } from './lasting-box.ts'
import { APP_DIR, newSession, Visitors } from './visitors.ts'

/** Teatime runs on for so long when all have left (ms), leave delay included; a slow test may add as much. */
const PARK_TIME_MS = 11_250
const GRACE_MS = 5000

let box: LastingBox
let visitors: Visitors

beforeAll(async () => {
  box = await LastingBox.start(APP_DIR)
  visitors = await Visitors.launch()
})

afterEach(() => visitors.leave())

afterAll(async () => {
  await visitors?.close()
  await box?.close()
})

describe.each(['croquet', 'multisynq'] as const)('%s', (client) => {
  test('[TIME6] [SYNC8] a session goes on after all left and the box was started anew', async () => {
    const session = newSession({ client })
    const ada = await visitors.join(box.url, session)
    const before = await leaveMark(ada)
    await ada.close()
    await box.restart()
    const bob = await visitors.join(box.url, session)
    await expectGoesOn(bob, before)
    expect(bob.syncs[0]?.timeline).toBe(ada.syncs[0]?.timeline)
  })

  test('[SAVE1] another release of the app starts from what the one before saved', async () => {
    const session = newSession({ client })
    const ada = await visitors.join(box.url, session)
    await ada.shows({ isSynced: true })
    await ada.publish('add', 5)
    await ada.publish('save')
    const { persistentId, sessionId } = await ada.state()
    const appId = 'io.test.e2e'
    await eventually(async () => (await look({ appId, persistentId })).persisted).toBe(true)
    const bob = await visitors.join(box.url, { ...session, release: 2 })
    await bob.shows({ count: 5, isFromSaved: true, persistentId })
    expect((await bob.state()).sessionId).not.toBe(sessionId)
    expect(bob.syncs).toMatchObject([{ persisted: true, messages: [] }])
    expect([...ada.errors, ...bob.errors]).toEqual([])
  })
})

test('[TIME5] a session that nobody is in is parked, and goes on with whoever comes', async () => {
  const session = newSession()
  const ada = await visitors.join(box.url, session)
  const before = await leaveMark(ada)
  await ada.close()
  await eventually(runningSessions).not.toContain(before.sessionId)
  const bob = await visitors.join(box.url, session)
  await expectGoesOn(bob, before)
})

/** Has the model do something and note its state. */
async function leaveMark(page: AppPage): Promise<AppState> {
  await page.publish('add', 3)
  await page.publish('mark', 'left')
  await page.marked('left')
  return page.state()
}

/** Model and teatime are those of before, and the model still works. */
async function expectGoesOn(page: AppPage, before: AppState): Promise<void> {
  const { sessionId, teatime, marks } = await page.state()
  expect({ sessionId, marks }).toEqual({ sessionId: before.sessionId, marks: before.marks })
  expect(teatime).toBeGreaterThanOrEqual(before.teatime)
  expect(teatime).toBeLessThan(before.teatime + PARK_TIME_MS + GRACE_MS)
  await page.publish('add', 1)
  await page.shows({ count: before.count + 1 })
  expect(page.errors).toEqual([])
}

async function runningSessions(): Promise<string> {
  return (await fetch(`${box.url}/sessions`)).text()
}

/** What a new session of that app would start from. */
async function look(args: JoinArgs): Promise<SyncArgs> {
  const clients = new RawClients()
  try {
    const client = await clients.connect(`ws://127.0.0.1:${box.port}/reflector`, randomSessionId())
    return await client.join({ ...args, user: undefined })
  } finally {
    await clients.closeAll()
  }
}
