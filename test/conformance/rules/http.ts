import { expect } from 'vitest'
import { announcedMember, reflect } from '../reflected.ts'
import type { Rules } from '../rules.ts'
import type { Scene } from '../scene.ts'
import { snap } from './snap.ts'

export function describeHttp({ rule, differs }: Rules): void {
  rule('HTTP1', '/healthz answers 200, under any prefix', async (scene) => {
    expect((await get(scene, '/healthz')).status).toBe(200)
  })

  rule(
    'HTTP2',
    '/metrics counts connections, sessions, messages, ticks and latency',
    async (scene) => {
      const client = await scene.member()
      await reflect(client, 'hello', 34)
      await client.next('TICK')
      const response = await get(scene, '/metrics')
      expect(response.headers.get('content-type')).toContain('text/plain')
      const text = await response.text()
      for (const name of ['connections', 'sessions', 'messages', 'ticks', 'latency_count']) {
        expect(text).toMatch(new RegExp(`^reflector_${name}(\\{.*\\})? [1-9]`, 'm'))
      }
      expect(text).toMatch(/^process_/m)
    },
  )

  rule('HTTP3', '/sessions lists each session on a line', async (scene) => {
    const page = 'http://localhost/page'
    await scene.member({ name: 'org.example.http/room', appId: 'org.example.http', url: page })
    await scene.member({})
    const text = await (await get(scene, '/sessions')).text()
    const line = text.split('\n').find((each) => each.startsWith(scene.sessionId))
    expect(line?.split(' ').slice(0, 3)).toEqual([scene.sessionId, '2', 'org.example.http'])
  })

  rule('HTTP4', '/users lists the users of a session', async (scene) => {
    await scene.member({ user: ['a'] })
    await scene.member({ user: 'b' })
    const response = await get(scene, `/users/${scene.sessionId}`)
    expect(await response.json()).toEqual([['a'], 'b'])
  })

  rule('HTTP5', '/users of a session that nobody is in is empty', async (scene) => {
    const response = await get(scene, `/users/${scene.sessionId}`)
    expect(await response.json()).toEqual([])
  })

  differs(
    'HTTP6',
    '/metrics tells what joining costs, and how snapshots are asked for',
    async (scene) => {
      const client = await announcedMember(scene)
      await (await scene.member()).close()
      await client.next('REQU')
      const [time, seq] = await reflect(client, 'before')
      await reflect(client, 'after')
      const url = await snap(scene, client, time, seq)
      await scene.lookUntil((told) => told.url === url)
      const text = await (await get(scene, '/metrics')).text()
      const count = (name: string) =>
        Number(new RegExp(`^reflector_${name} (\\d+)$`, 'm').exec(text)?.[1])
      for (const name of [
        'snapshot_requests',
        'snapshots',
        'join_messages_max',
        'join_bytes_max',
      ]) {
        expect(count(name), name).toBeGreaterThan(0)
      }
      for (const what of ['messages', 'bytes']) {
        expect(count(`history_${what}`)).toBeGreaterThanOrEqual(count(`join_${what}_max`))
      }
    },
    async (scene) => {
      const text = await (await get(scene, '/metrics')).text()
      expect(text).not.toMatch(/^reflector_(history|join|snapshot)/m)
    },
  )
}

function get(scene: Scene, path: string): Promise<Response> {
  return fetch(`${scene.target.httpUrl}${path}`)
}
