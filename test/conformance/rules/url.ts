import { expect } from 'vitest'
import type { RawClient } from '../../support/raw-client.ts'
import { reflect } from '../reflected.ts'
import type { Rules } from '../rules.ts'
import { type Scene, type SceneOptions, snapArgs, snapshotPath } from '../scene.ts'

export function describeUrl({ differs }: Rules): void {
  differs(
    'URL1',
    'the URL in SYNC has the host by which the joiner came',
    async (scene) => {
      const path = await uploadAndSnap(scene, await scene.member())
      const told = await urlFor(scene, { headers: { host: 'box.example:8443' } })
      expect(told).toBe(`http://box.example:8443/files/${path}`)
    },
    asAnnounced({ headers: { host: 'box.example:8443' } }),
  )

  const behindTls = { headers: { host: 'box.example', 'x-forwarded-proto': 'https' } }
  differs(
    'URL1',
    'the URL in SYNC has the scheme by which the joiner came, as a trusted proxy tells it',
    async (scene) => {
      const path = await uploadAndSnap(scene, await scene.member())
      expect(await urlFor(scene, behindTls)).toBe(`https://box.example/files/${path}`)
    },
    asAnnounced(behindTls),
  )

  differs(
    'URL1',
    'the URL in SYNC has the prefix by which the joiner came',
    async (scene) => {
      const path = await uploadAndSnap(scene, await scene.member())
      const { protocol, host } = new URL(scene.target.httpUrl)
      const told = await urlFor(scene, { url: `ws://${host}/team/x/reflector` })
      expect(told).toBe(`${protocol}//${host}/team/x/files/${path}`)
    },
    async (scene) => {
      const { host } = new URL(scene.target.httpUrl)
      await asAnnounced({ url: `ws://${host}/team/x/reflector` })(scene)
    },
  )

  differs(
    'URL2',
    'the host, scheme and prefix that the uploader announced do not matter',
    async (scene) => {
      const client = await scene.member({}, { headers: { host: 'here.example' } })
      const path = await uploadAndSnap(scene, client, 'https://elsewhere.example/team/x/files')
      expect(await urlFor(scene)).toBe(`${scene.target.filesUrl}/${path}`)
    },
    asAnnounced({}),
  )
}

/** What the reference does: everybody is told the URL that was announced. */
function asAnnounced(options: SceneOptions): (scene: Scene) => Promise<void> {
  return async (scene) => {
    const path = await uploadAndSnap(scene, await scene.member())
    expect(await urlFor(scene, options)).toBe(`${scene.target.filesUrl}/${path}`)
  }
}

/** Uploads a snapshot and announces it, by default where it was uploaded; resolves with its path. */
async function uploadAndSnap(
  scene: Scene,
  client: RawClient,
  filesUrl = scene.target.filesUrl,
): Promise<string> {
  const [time, seq] = await reflect(client, 'hello')
  const path = snapshotPath(scene.sessionId, time, seq)
  await scene.upload(path)
  client.send('SNAP', snapArgs(time, seq, `${filesUrl}/${path}`))
  return path
}

async function urlFor(scene: Scene, options: SceneOptions = {}): Promise<string> {
  const sync = await scene.lookUntil(
    ({ url }) => url !== '',
    () => options,
  )
  return sync.url
}
