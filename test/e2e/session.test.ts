import { randomBytes } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { RawClients } from '../support/raw-client.ts'
import { startBox, type TestBox } from '../support/start-box.ts'
import { eventually } from './app-handle.ts'
import { AppPage } from './app-page.ts'
import { APP_DIR, newSession, Visitors } from './visitors.ts'

const DATA_BYTES = 5_000_000
/** Characters of a message: clients allow 16 KiB when it is encrypted. */
const LONG_PAYLOAD = 8000
/** Clients ignore a request for a snapshot in a session younger than this (ms of teatime). */
const FIRST_SNAPSHOT_AFTER_MS = 5000

let box: TestBox
let visitors: Visitors

beforeAll(async () => {
  box = await startBox({ BOX_WEB_DIR: APP_DIR })
  visitors = await Visitors.launch()
})

afterEach(() => visitors.leave())

afterAll(async () => {
  await visitors?.close()
  await box?.stop()
})

describe.each(['croquet', 'multisynq'] as const)('%s', (client) => {
  test('[SEND3] all have the same model, whoever does what at once', async () => {
    const session = newSession({ client })
    const ada = await visitors.join(box.url, session)
    const bob = await visitors.join(box.url, session)
    const steps = Array.from({ length: 20 }, (_, index) => index)
    await Promise.all(steps.map((step) => [ada, bob][step % 2]?.publish('add', step)))
    await Promise.all([ada, bob].map((page) => page.shows({ count: 190 })))
    await bob.publish('mark', 'end')
    expect(await ada.marked('end')).toBe(await bob.marked('end'))
    expect([...ada.errors, ...bob.errors]).toEqual([])
  })

  test('[SYNC5] who comes late gets a long history, in one frame or in chunks', async () => {
    const session = newSession({ client })
    const ada = await visitors.join(box.url, session)
    const lengths: number[] = []
    for (const messages of [30, 150]) {
      for (let sent = (await ada.state()).count; sent < messages; sent += 1) {
        await ada.publish('pad', randomBytes(LONG_PAYLOAD / 2).toString('hex'))
        await ada.publish('add', 1)
        // Clients end a session that sends more than they allow.
        if (sent % 10 === 0) await ada.shows({ count: sent + 1 })
      }
      await ada.shows({ count: messages })
      const late = await visitors.join(box.url, session)
      lengths.push(...late.syncs.map((sync) => JSON.stringify(sync).length))
      await late.publish('mark', `end ${messages}`)
      expect(await ada.marked(`end ${messages}`)).toBe(await late.marked(`end ${messages}`))
      expect(late.errors).toEqual([])
    }
    expect(lengths).toEqual([expect.closeTo(330_000, -5), expect.closeTo(1_650_000, -6)])
  })

  test('[USERS1] [USERS3] others see who comes and who goes', async () => {
    const session = newSession({ client })
    const ada = await visitors.join(box.url, session)
    const bob = await visitors.join(box.url, session)
    const ids = [(await ada.state()).viewId, (await bob.state()).viewId]
    const joins = ids.map((id) => ['join', id])
    await ada.shows({ visits: joins })
    await bob.close()
    await ada.shows({ visits: [...joins, ['exit', ids[1]]] })
  })

  test('[FILE1] [FILE3] bulk data gets to others whole, by whatever name they reach the box', async () => {
    const session = newSession({ client })
    const ada = await visitors.join(box.url, session)
    const bob = await visitors.join(`http://localhost:${box.port}`, session)
    await ada.share(DATA_BYTES)
    await ada.publish('mark', 'shared')
    await bob.marked('shared')
    expect(await bob.hasShared(DATA_BYTES)).toBe(true)
    expect(bob.errors).toEqual([])
  })

  test('[SYNC4] a wrong password is refused, and the session goes on', async () => {
    const session = newSession({ client })
    const ada = await visitors.join(box.url, session)
    const eve = new AppPage(await visitors.open(box.url))
    await eve.beginJoin({ ...session, password: 'guess' })
    const refusal = expect.stringMatching(/^Connection closed: 4200 .*password/)
    await eventually(() => eve.errors).toContainEqual(refusal)
    await eve.shows({ viewsMade: 0 })
    await ada.publish('add', 1)
    await ada.shows({ count: 1, viewsMade: 1 })
    expect(ada.errors).toEqual([])
  })

  test('[SNAP1] [URL1] who comes late starts from the uploaded snapshot', async () => {
    const session = newSession({ client })
    const ada = await visitors.join(box.url, session)
    await ada.publish('add', 5)
    await eventually(async () => (await ada.state()).teatime).toBeGreaterThan(
      FIRST_SNAPSHOT_AFTER_MS,
    )
    const { sessionId } = await ada.state()
    await ada.snapshot()
    await eventually(() => newestSnapshotUrl(sessionId)).toContain(`${sessionId}/`)
    const folder = join(box.filesDir, 'uploads/snapshots', sessionId)
    const [file] = await readdir(folder)
    await ada.publish('add', 2)

    const localhost = `http://localhost:${box.port}`
    const bob = await visitors.join(localhost, session)
    const url = `${localhost}/files/snapshots/${sessionId}/${file}`
    expect(bob.syncs).toEqual([expect.objectContaining({ url, seq: expect.any(Number) })])
    expect(bob.requests).toContain(url)
    await bob.shows({ count: 7 })
    await bob.publish('mark', 'end')
    expect(await bob.marked('end')).toBe(await ada.marked('end'))
    expect([...ada.errors, ...bob.errors]).toEqual([])
  })
})

/** What the next joiner would start from. */
async function newestSnapshotUrl(sessionId: string): Promise<string> {
  const clients = new RawClients()
  try {
    const client = await clients.connect(`ws://127.0.0.1:${box.port}/reflector`, sessionId)
    return (await client.join({ user: undefined })).url
  } finally {
    await clients.closeAll()
  }
}
