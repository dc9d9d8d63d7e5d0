import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'vitest'
import { randomSessionId } from '../../support/raw-client.ts'
import type { JoinArgs } from '../../support/wire.ts'
import type { Rules } from '../rules.ts'
import type { Scene } from '../scene.ts'

/** Enough for a SAVE to have been looked at (ms). */
const SETTLED_MS = 500

export function describeSave({ rule, differs }: Rules): void {
  differs(
    'SAVE1',
    'the next session of the app starts from what was saved last',
    async (scene) => {
      const { app, url } = await save(scene)
      const sync = await nextSession(scene, app, (told) => told.persisted === true)
      expect(sync).toMatchObject({ url, persisted: true, messages: [], seq: 0xfffffff0 })
      expect(sync).not.toHaveProperty('snapshotTime')
      const other = await nextSession(scene, { ...app, persistentId: randomSessionId() })
      expect(other).toMatchObject({ url: '' })
    },
    async (scene) => {
      const { app } = await save(scene)
      await delay(SETTLED_MS)
      expect(await nextSession(scene, app)).toMatchObject({ url: '' })
    },
  )

  rule('SAVE2', 'the session that saves goes on as it is', async (scene) => {
    await save(scene)
    await delay(SETTLED_MS)
    const sync = await scene.look()
    expect(sync).toMatchObject({ url: '' })
    expect(sync).not.toHaveProperty('persisted')
  })

  rule('SAVE3', 'SAVE without appId or persistentId is closed with 4101', async (scene) => {
    for (const args of [{}, { appId: 'org.example.a' }, { persistentId: 'p' }]) {
      const client = await scene.member(args, { sessionId: randomSessionId() })
      client.send('SAVE', { persistTime: 1, url: 'http://localhost/files/x' })
      expect(await client.closed()).toMatchObject({ code: 4101 })
    }
  })

  rule('SAVE4', 'dissident data is not kept', async (scene) => {
    const { app } = await save(scene, { dissident: { other: 'hash' } })
    await delay(SETTLED_MS)
    expect(await nextSession(scene, app)).toMatchObject({ url: '' })
  })

  rule(
    'SAVE5',
    'data that is no file of the box, or of another app, is not kept',
    async (scene) => {
      const { app, client } = await save(scene, { dissident: { other: 'hash' } })
      const foreign = await scene.upload(savePath({ ...app, persistentId: randomSessionId() }))
      const missing = `${scene.target.filesUrl}/${savePath(app)}`
      for (const url of ['http://example.com/a', 'nonsense', foreign, missing]) {
        client.send('SAVE', { persistTime: 2, url })
      }
      await delay(SETTLED_MS)
      expect(client.isOpen).toBe(true)
      expect(await nextSession(scene, app)).toMatchObject({ url: '' })
    },
  )
}

type App = { readonly appId: string; readonly persistentId: string }

function savePath({ appId, persistentId }: App): string {
  return `apps/${appId}/${persistentId}/save/${randomSessionId()}`
}

/** A member of an app nobody else uses uploads data and announces it. */
async function save(scene: Scene, changes: Readonly<Record<string, unknown>> = {}) {
  const app: App = { appId: 'org.example.save', persistentId: randomSessionId() }
  const client = await scene.member(app)
  const url = await scene.upload(savePath(app))
  client.send('SAVE', { persistTime: 1, url, dissident: false, ...changes })
  return { app, client, url }
}

/** What the first joiner of a new session of this app is told, if need be after some tries. */
async function nextSession(
  scene: Scene,
  app: JoinArgs,
  holds: (told: { persisted?: boolean }) => boolean = () => true,
) {
  for (let tries = 0; tries < 25; tries += 1) {
    const client = await scene.connect({ sessionId: randomSessionId() })
    const sync = await client.join(app)
    if (holds(sync)) return sync
    await delay(100)
  }
  throw new Error('no session starts from the data')
}
