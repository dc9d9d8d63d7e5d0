import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { eventually } from './app-handle.ts'
import type { AppPage } from './app-page.ts'
import { Cable } from './cable.ts'
import { LastingBox } from './lasting-box.ts'
import { APP_DIR, newSession, Visitors } from './visitors.ts'

/** By then whoever has left was announced, with the leave delay of most tests (ms). */
const LEAVES_ANNOUNCED_MS = 2000

let box: LastingBox
let cable: Cable
let visitors: Visitors

beforeAll(async () => {
  box = await LastingBox.start(APP_DIR)
  visitors = await Visitors.launch()
})

beforeEach(async () => {
  cable = await Cable.to(box.port)
})

afterEach(async () => {
  await visitors.leave()
  await cable.close()
})

afterAll(async () => {
  await visitors?.close()
  await box?.close()
})

describe.each(['croquet', 'multisynq'] as const)('%s', (client) => {
  test('[SYNC6] [USERS3] a cut connection is taken up again, unnoticed by people', async () => {
    const session = newSession({ client })
    const ada = await visitors.join(cable.url, session)
    const bob = await visitors.join(box.url, session)
    const visits = await seenByAll(ada, bob)
    const { viewId } = await ada.state()
    await bob.publish('add', 1)
    cable.cut()
    await bob.publish('add', 2)
    await eventually(() => ada.syncs.length).toBe(2)
    await ada.publish('add', 4)
    for (const page of [ada, bob]) await page.shows({ count: 7 })
    await letTeatimePass(bob, LEAVES_ANNOUNCED_MS)
    for (const page of [ada, bob]) await page.shows({ viewsMade: 1, visits })
    await ada.shows({ viewId })
    await bob.publish('mark', 'end')
    expect(await ada.marked('end')).toBe(await bob.marked('end'))
  })

  test('[USERS5] nor do they notice when the box takes the old connection for alive', async () => {
    const session = newSession({ client })
    const ada = await visitors.join(cable.url, session)
    const bob = await visitors.join(box.url, session)
    const visits = await seenByAll(ada, bob)
    const { viewId } = await ada.state()
    cable.cutNear()
    await eventually(() => ada.syncs.length).toBe(2)
    await ada.publish('add', 1)
    await bob.shows({ count: 1 })
    // Both connections are announced before the old one ends.
    await letTeatimePass(bob, 500)
    cable.dropFar()
    await letTeatimePass(bob, LEAVES_ANNOUNCED_MS)
    for (const page of [ada, bob]) await page.shows({ viewsMade: 1, visits })
    await ada.shows({ viewId })
  })

  test('[USERS3] who stays away too long is seen to leave, and comes back to all that happened', async () => {
    const session = newSession({ client, rejoinLimit: 200 })
    const ada = await visitors.join(cable.url, session)
    const bob = await visitors.join(box.url, session)
    const visits = await seenByAll(ada, bob)
    const { viewId } = await ada.state()
    cable.unplug()
    const left = [...visits, ['exit', viewId]]
    await bob.shows({ visits: left })
    await bob.publish('add', 1)
    cable.plug()
    await ada.shows({ viewsMade: 2, count: 1 })
    const rejoined = [...left, ['join', (await ada.state()).viewId]]
    for (const page of [ada, bob]) await page.shows({ visits: rejoined })
  })

  test('[CLOSE3] [SYNC8] views are kept when the box is stopped and started', async () => {
    const session = newSession({ client, rejoinLimit: 10_000 })
    const ada = await visitors.join(box.url, session)
    const bob = await visitors.join(box.url, session)
    await seenByAll(ada, bob)
    const { viewId } = await ada.state()
    await ada.publish('add', 1)
    await bob.shows({ count: 1 })
    await box.restart()
    await ada.publish('add', 2)
    await bob.publish('add', 4)
    for (const page of [ada, bob]) await page.shows({ count: 7, viewsMade: 1 })
    await ada.shows({ viewId })
    const [first, second] = ada.syncs
    expect(second?.timeline).toBe(first?.timeline)
    await bob.publish('mark', 'end')
    expect(await ada.marked('end')).toBe(await bob.marked('end'))
  })
})

test('[USERS10] after a restart of the box, only who does not come back is seen to leave', async () => {
  const rejoinLimit = 5000
  const session = newSession({ rejoinLimit })
  const ada = await visitors.join(box.url, session)
  const bob = await visitors.join(cable.url, session)
  const cleo = await visitors.join(box.url, session)
  const visits = await seenByAll(ada, bob, cleo)
  const cleosId = (await cleo.state()).viewId
  cable.unplug()
  await box.stop()
  await cleo.close()
  await box.restart()
  await eventually(() => ada.syncs.length).toBe(2)
  // Ada is announced before Bob is back.
  await letTeatimePass(ada, 500)
  cable.plug()
  await eventually(() => bob.syncs.length).toBe(2)
  await letTeatimePass(ada, rejoinLimit + LEAVES_ANNOUNCED_MS)
  for (const page of [ada, bob]) {
    await page.shows({ viewsMade: 1, visits: [...visits, ['exit', cleosId]] })
  }
})

/** Waits until all views are announced to all, in this order. */
async function seenByAll(...pages: readonly AppPage[]) {
  const states = await Promise.all(pages.map((page) => page.state()))
  const visits = states.map(({ viewId }) => ['join', viewId])
  for (const page of pages) await page.shows({ visits })
  return visits
}

async function letTeatimePass(page: AppPage, ms: number): Promise<void> {
  const { teatime } = await page.state()
  await eventually(async () => (await page.state()).teatime).toBeGreaterThan(teatime + ms)
}
