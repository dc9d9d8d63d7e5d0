import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'vitest'
import { joinArgs } from '../../support/raw-client.ts'
import { allUsers, announcedMember, nextUsers, reflect, withPayload } from '../reflected.ts'
import type { Rules } from '../rules.ts'
import type { Scene } from '../scene.ts'

export function describeJoin({ rule, differs, endsReference }: Rules): void {
  rule('JOIN1', 'JOIN with a number or without a version is closed with 4100', async (scene) => {
    await expectRefused(scene, 7, 4100)
    await expectRefused(scene, {}, 4100)
    await expectRefused(scene, joinArgs({ version: undefined }), 4100)
    await expectRefused(scene, joinArgs({ version: 0 }), 4100)
  })

  rule('JOIN2', 'JOIN without an apiKey is closed with 4103', async (scene) => {
    await expectRefused(scene, joinArgs({ apiKey: undefined }), 4103)
  })

  endsReference('JOIN3', 'JOIN with args that are no object is closed with 4109', async (scene) => {
    await expectRefused(scene, null, 4109)
    await expectRefused(scene, undefined, 4109)
  })

  rule('TICK5', "only the first joiner's tick counts", async (scene) => {
    const first = await scene.member({ ticks: { tick: 30_000 } })
    await scene.member({ ticks: { tick: 20 } })
    await nextUsers(first)
    await delay(500)
    expect(first.argsOf('TICK')).toEqual([])
  })

  endsReference('JOIN4', 'ticks may be missing', async (scene) => {
    const client = await scene.member({ ticks: undefined })
    await client.next('TICK')
  })

  rule('JOIN6', 'the newest leaveDelay is that of all', async (scene) => {
    const first = await announcedMember(scene, { leaveDelay: 30_000 })
    const second = await scene.member({ leaveDelay: 30_000 })
    await nextUsers(first)
    await scene.member({ leaveDelay: 0 })
    await nextUsers(first)
    await second.close()
    expect((await nextUsers(first)).left).toHaveLength(1)
  })

  rule('JOIN5', 'a second JOIN is answered by SYNC, and the users stay the same', async (scene) => {
    const client = await scene.member({ user: ['me'] })
    await nextUsers(client)
    const [, seq] = await reflect(client, 'hello')
    const again = await client.join({ user: ['me'] })
    expect(again).toMatchObject({ seq, url: '' })
    expect(again.messages.at(-1)?.[2]).toBe('hello')
    await delay(400)
    await reflect(client, 'once')
    expect(allUsers(client)).toMatchObject([{ active: 1, total: 1, joined: [['me']] }])
    expect(client.argsOf('RECV').filter(withPayload('once'))).toHaveLength(1)
  })

  rule(
    'USERS6',
    'who gives no user gets SYNC and no more, and counts only in total',
    async (scene) => {
      const silent = await scene.member({ user: undefined })
      const client = await scene.member({ user: ['me'] })
      expect(await nextUsers(client)).toMatchObject({ active: 1, total: 2, joined: [['me']] })
      await reflect(client, 'hello')
      await client.next('TICK')
      await silent.ping()
      expect(silent.frames.map((frame) => frame.action)).toEqual(['SYNC', 'PONG'])
    },
  )

  rule('JOIN7', 'PING, PULSE and LOG need no JOIN', async (scene) => {
    const client = await scene.connect()
    client.send('PULSE')
    client.send('LOG', 'hello log')
    client.send('LOG', { what: 'hello' })
    await client.ping()
  })

  rule('SEND5', 'SEND before JOIN is ignored', async (scene) => {
    const client = await scene.connect()
    client.send('SEND', [0, 0, 'too early'])
    client.send('SEND', [0, 0, 'too early'], { tags: { debounce: 100, msgID: 'a' } })
    expect(await client.join()).toMatchObject({ messages: [] })
    await reflect(client, 'hello')
    expect(client.argsOf('RECV').filter(withPayload('too early'))).toEqual([])
  })

  for (const [action, args] of Object.entries(membersOnly(1))) {
    rule('JOIN8', `${action} is closed with 4000 where nobody joined`, async (scene) => {
      const client = await scene.connect()
      client.send(action, args)
      expect(await client.closed()).toMatchObject({ code: 4000 })
    })

    differs(
      'JOIN8',
      `${action} before JOIN is closed with 4000 in a running session too`,
      async (scene) => {
        await scene.member(APP)
        const stranger = await scene.connect()
        stranger.send(action, args)
        expect(await stranger.closed()).toMatchObject({ code: 4000 })
      },
      async (scene) => {
        await scene.member(APP)
        const stranger = await scene.connect()
        stranger.send(action, args)
        await stranger.ping()
      },
    )
  }

  differs(
    'JOIN9',
    'a heraldUrl whose host is not listed is not called, and nobody is told so',
    async (scene) => expect(await heraldCalls(scene)).toBe(0),
    async (scene) => expect(await heraldCalls(scene)).toBe(1),
  )

  rule('JOIN10', 'those who join at once get the same answer', async (scene) => {
    const clients = await Promise.all([1, 2, 3].map(() => scene.connect()))
    const syncs = await Promise.all(clients.map((client) => client.join({ tove: 'secret' })))
    expect(new Set(syncs.map((sync) => sync.timeline)).size).toBe(1)
    expect(syncs.map((sync) => sync.tove)).toEqual(['secret', 'secret', 'secret'])
  })
}

const APP = { appId: 'org.example.join', persistentId: 'p' }

function membersOnly(time: number): Record<string, unknown> {
  return {
    TICKS: { tick: 100 },
    TUTTI: [time, 0, 'vote', null, false, null, `topic@${time}`],
    SNAP: { time, seq: 0xfffffff0, hash: 'h', url: 'http://localhost/files/x' },
    SAVE: { persistTime: time, url: 'http://localhost/files/x' },
  }
}

async function expectRefused(scene: Scene, args: unknown, code: number): Promise<void> {
  const client = await scene.connect()
  client.send('JOIN', args)
  expect(await client.closed()).toMatchObject({ code })
  expect(client.frames).toEqual([])
}

/** How often the heraldUrl is called when somebody joins. */
async function heraldCalls(scene: Scene): Promise<number> {
  let calls = 0
  const server = createServer((_request, response) => {
    calls += 1
    response.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    const { port } = server.address() as AddressInfo
    const client = await scene.member({ heraldUrl: `http://127.0.0.1:${port}/herald` })
    await nextUsers(client)
    await delay(500)
    expect(client.argsOf('INFO')).toEqual([])
    return calls
  } finally {
    server.closeAllConnections()
    server.close()
  }
}
