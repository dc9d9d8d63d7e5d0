import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { DoorBed } from '../support/door-bed.ts'
import type { TestBox } from '../support/start-box.ts'
import { eventually } from './app-handle.ts'
import { APP_DIR, newSession, Visitors } from './visitors.ts'

/** Clients ignore a request for a snapshot in a session younger than this (ms of teatime). */
const FIRST_SNAPSHOT_AFTER_MS = 5000

let bed: DoorBed
let box: TestBox
let visitors: Visitors
/** Where viewers come in. */
let viewersUrl: string

beforeAll(async () => {
  bed = await DoorBed.start({ BOX_WEB_DIR: APP_DIR })
  box = bed.box
  const { token } = await bed.invite({ role: 'viewer' })
  viewersUrl = `${box.url}/invite/${token}`
  visitors = await Visitors.launch()
})

afterEach(() => visitors.leave())

afterAll(async () => {
  await visitors?.close()
  await bed?.stop()
})

describe.each(['croquet', 'multisynq'] as const)('%s', (client) => {
  test('[ROLE1] [ROLE2] a viewer sees what a participant does, and changes nothing', async () => {
    const session = newSession({ client })
    const ada = await visitors.join(box.url, session)
    const eve = await visitors.join(viewersUrl, session)
    const joins = [(await ada.state()).viewId, (await eve.state()).viewId].map((id) => ['join', id])
    for (const page of [ada, eve]) await page.shows({ visits: joins })
    await eve.publish('add', 100)
    await ada.publish('add', 1)
    for (const page of [ada, eve]) await page.shows({ count: 1, isSynced: true })
    await eve.publish('add', 100)
    await ada.publish('mark', 'end')
    expect(await eve.marked('end')).toBe(await ada.marked('end'))
    await ada.shows({ count: 1 })
    expect([...ada.errors, ...eve.errors]).toEqual([])
  })

  test('[ROLE3] [ROLE5] snapshots are made as if the viewer were not there, and it stays well', async () => {
    const session = newSession({ client })
    const eve = await visitors.join(viewersUrl, session)
    const ada = await visitors.join(box.url, session)
    await ada.publish('add', 5)
    const old = FIRST_SNAPSHOT_AFTER_MS
    await eventually(async () => (await eve.state()).teatime).toBeGreaterThan(old)
    // Both ask for a vote now, and vote.
    await eve.snapshot()
    await ada.snapshot()
    const { sessionId } = await ada.state()
    await eventually(() => logOf(sessionId)).toContain('snapshot taken')
    await ada.publish('add', 2)
    const late = await visitors.join(box.url, session)
    const url = expect.stringMatching(/^http:\/\/127\.0\.0\.1.*\.snap$/)
    expect(late.syncs).toMatchObject([{ url }])
    await ada.publish('mark', 'end')
    const states = await Promise.all([ada, eve, late].map((page) => page.marked('end')))
    expect(new Set(states).size).toBe(1)
    for (const page of [ada, eve, late]) await page.shows({ count: 7, viewsMade: 1 })
    expect([...ada.errors, ...eve.errors, ...late.errors]).toEqual([])
    expect(logOf(sessionId)).not.toContain('votes-missing')
  })

  test('[ROLE5] a viewer that comes late starts from a snapshot, too', async () => {
    const session = newSession({ client })
    const ada = await visitors.join(box.url, session)
    await ada.publish('add', 5)
    const old = FIRST_SNAPSHOT_AFTER_MS
    await eventually(async () => (await ada.state()).teatime).toBeGreaterThan(old)
    const { sessionId } = await ada.state()
    await ada.snapshot()
    await eventually(() => logOf(sessionId)).toContain('snapshot taken')
    const eve = await visitors.join(viewersUrl, session)
    expect(eve.syncs).toMatchObject([
      { url: expect.stringMatching(/^http:\/\/127\.0\.0\.1.*\.snap$/) },
    ])
    await eve.shows({ count: 5 })
    await ada.close()
    await eve.shows({ visits: expect.arrayContaining([['exit', expect.any(String)]]) })
    expect(eve.errors).toEqual([])
  })
})

function logOf(sessionId: string): string {
  return box.logLines.filter((line) => line.includes(sessionId)).join('\n')
}
