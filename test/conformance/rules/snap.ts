import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'vitest'
import { type RawClient, randomSessionId } from '../../support/raw-client.ts'
import type { WireMessage } from '../../support/wire.ts'
import { fillHistory, nextUsers, reflect } from '../reflected.ts'
import type { Rules } from '../rules.ts'
import { type Scene, snapArgs, snapshotPath } from '../scene.ts'

/** Enough for a SNAP to have been looked at (ms). */
const SETTLED_MS = 500
/** So many messages fill a history of the reference. */
const FULL_HISTORY = 100_000

export function describeSnap({ rule, differs }: Rules): void {
  rule(
    'SNAP1',
    'SYNC names the newest snapshot, and holds the messages after it',
    async (scene) => {
      const client = await scene.member()
      const [time, seq] = await reflect(client, 'before')
      await reflect(client, 'after')
      const url = await snap(scene, client, time, seq)
      const sync = await scene.lookUntil((told) => told.url !== '')
      expect(sync).toMatchObject({ url, snapshotTime: time, snapshotSeq: seq })
      const after = client.argsOf('RECV').filter((message) => message[1] > seq)
      expect(sync.messages).toEqual(after)
      expect(after.map((message) => message[2])).toContain('after')
    },
  )

  rule('SNAP2', 'a snapshot that is not newer, by time, is ignored', async (scene) => {
    const client = await scene.member()
    const [early, earlySeq] = await reflect(client, 'a')
    await delay(20)
    const [time, seq] = await reflect(client, 'b')
    const url = await snap(scene, client, time, seq)
    await scene.lookUntil((told) => told.url === url)
    await snap(scene, client, time, seq)
    await snap(scene, client, early, earlySeq)
    await delay(SETTLED_MS)
    expect(await scene.look()).toMatchObject({ url, snapshotTime: time })
  })

  rule('SNAP2', 'a newer one takes its place, whatever its seq', async (scene) => {
    const client = await scene.member()
    const [time, seq] = await reflect(client, 'a')
    const first = await snap(scene, client, time, seq)
    await scene.lookUntil((told) => told.url === first)
    const { args: later } = await client.next('TICK', (tick) => tick > time)
    const latest = client.argsOf('RECV').at(-1)?.[1] ?? seq
    const second = await snap(scene, client, later, latest)
    const sync = await scene.lookUntil((told) => told.url === second)
    expect(sync).toMatchObject({ snapshotTime: later, snapshotSeq: latest, messages: [] })
  })

  rule('SNAP4', 'a dissident snapshot changes nothing', async (scene) => {
    const client = await scene.member()
    const [time, seq] = await reflect(client, 'a')
    await snap(scene, client, time, seq, { dissident: { other: 'hash' } })
    await delay(SETTLED_MS)
    expect(await scene.look()).toMatchObject({ url: '' })
  })

  const refusals: ReadonlyArray<[id: string, title: string, announce: Announce]> = [
    [
      'SNAP3',
      'a snapshot ahead of the session is refused',
      async (scene, client, [time, seq]) => {
        await snap(scene, client, time, (seq + 100) >>> 0)
        await snap(scene, client, time + 1_000_000, seq)
      },
    ],
    [
      'SNAP5',
      'a URL that is no file of the box is refused',
      async (_scene, client, [time, seq]) => {
        for (const url of ['http://example.com/a', 'nonsense', 'file:///etc/passwd']) {
          client.send('SNAP', snapArgs(time, seq, url))
        }
      },
    ],
    [
      'SNAP5',
      "another session's snapshot is refused",
      async (scene, client, [time, seq]) => {
        const url = await scene.upload(snapshotPath(randomSessionId(), time, seq))
        client.send('SNAP', snapArgs(time, seq, url))
      },
    ],
    [
      'SNAP5',
      'a snapshot that is not what SNAP says it is is refused',
      async (scene, client, [time, seq]) => {
        const url = await scene.upload(snapshotPath(scene.sessionId, time, seq))
        const args = snapArgs(time, seq, url)
        client.send('SNAP', { ...args, hash: randomSessionId() })
        client.send('SNAP', { ...args, time: time - 1 })
        client.send('SNAP', { ...args, seq: (seq - 1) >>> 0 })
      },
    ],
    [
      'SNAP6',
      'a snapshot whose file is not there is refused',
      async (scene, client, [time, seq]) => {
        const url = `${scene.target.filesUrl}/${snapshotPath(scene.sessionId, time, seq)}`
        client.send('SNAP', snapArgs(time, seq, url))
      },
    ],
  ]
  for (const [id, title, announce] of refusals) {
    differs(
      id,
      title,
      async (scene) => {
        const client = await scene.member()
        await nextUsers(client)
        await announce(scene, client, await reflect(client, 'a'))
        await delay(SETTLED_MS)
        expect(client.isOpen).toBe(true)
        const sync = await scene.look()
        expect(sync).toMatchObject({ url: '' })
        expect(sync.messages).toEqual(client.argsOf('RECV'))
      },
      async (scene) => {
        const client = await scene.member()
        await announce(scene, client, await reflect(client, 'a'))
        const sync = await scene.lookUntil((told) => told.url !== '')
        expect(sync.messages).not.toContainEqual(expect.arrayContaining(['a']))
      },
    )
  }

  differs(
    'SNAP7',
    'a history takes more than 100,000 messages',
    async (scene) => {
      const silent = await scene.member({ user: undefined })
      await fillHistory(silent, FULL_HISTORY + 100)
      expect((await scene.look()).messages).toHaveLength(FULL_HISTORY + 100)
      expect(silent.argsOf('INFO')).toEqual([])
    },
    async (scene) => {
      const silent = await scene.member({ user: undefined })
      const warned = silent.next('INFO', undefined, 50_000)
      await fillHistory(silent, FULL_HISTORY + 100)
      const code = 'SNAPSHOT_NEEDED'
      expect((await warned).args).toMatchObject({ code, options: { level: 'warning' } })
      const { messages, time, seq } = await scene.look()
      expect(messages).toHaveLength(FULL_HISTORY)
      const url = await snap(scene, silent, time, seq)
      await scene.lookUntil((told) => told.url === url)
      await fillHistory(silent, 1)
      expect((await scene.look()).messages).toHaveLength(1)
    },
  )
}

type Announce = (scene: Scene, client: RawClient, last: WireMessage) => Promise<void>

/** Uploads and announces a snapshot; resolves with its URL. */
export async function snap(
  scene: Scene,
  client: RawClient,
  time: number,
  seq: number,
  changes: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const url = await scene.upload(snapshotPath(scene.sessionId, time, seq))
  client.send('SNAP', { ...snapArgs(time, seq, url), ...changes })
  return url
}
