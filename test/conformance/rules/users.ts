import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'vitest'
import { allUsers, announcedMember, nextUsers, reflect, sizeOf } from '../reflected.ts'
import type { Rules } from '../rules.ts'
import type { Scene } from '../scene.ts'

/** Enough for the users message of all changes before it to have come (ms). */
const SETTLED_MS = 500

export function describeUsers({ rule, differs }: Rules): void {
  rule('USERS1', 'joins are announced together, 200 ms after the first', async (scene) => {
    const clients = await Promise.all(['a', 'b', 'c'].map(() => scene.connect()))
    await Promise.all(clients.map((client, index) => client.join({ user: ['abc'[index]] })))
    const [first] = clients
    if (!first) return
    const users = await nextUsers(first)
    expect(users).toMatchObject({ what: 'users', active: 3, total: 3 })
    expect(users.joined).toHaveLength(3)
    expect(users.joined).toEqual(expect.arrayContaining([['a'], ['b'], ['c']]))
    expect(users).not.toHaveProperty('left')
    const { messages } = await scene.look()
    expect(messages[0]?.[0]).toBeGreaterThanOrEqual(190)
  })

  rule('USERS9', 'user goes back as it came', async (scene) => {
    const user = { id: 'v1', data: { secret: ['x', 1, null] } }
    const client = await scene.member({ user })
    const users = await nextUsers(client)
    expect(users.joined).toEqual([user])
    await scene.member({ user: 'a string' })
    expect((await nextUsers(client)).joined).toEqual(['a string'])
  })

  rule(
    'USERS7',
    'with rawtime a users message has the raw time behind its payload',
    async (scene) => {
      const client = await scene.member({ flags: { rawtime: true } })
      await nextUsers(client)
      const [[time, , , rawTime, ...rest] = []] = client.argsOf('RECV')
      expect(rawTime).toBeGreaterThanOrEqual(Number(time) - 1)
      expect(rest).toEqual([])
    },
  )

  rule('USERS8', '_size is the length of the payload without it', async (scene) => {
    const client = await scene.member({ user: ['héllo 👋'] })
    const users = await nextUsers(client)
    expect(users._size).toBe(sizeOf(users))
  })

  rule('USERS3', 'a leave is announced after leaveDelay; until then it counts', async (scene) => {
    const client = await announcedMember(scene, { leaveDelay: 1_200 })
    const leaver = await scene.member({ user: ['leaver'], leaveDelay: 1_200 })
    await nextUsers(client)
    const [left] = await reflect(client, 'now')
    await leaver.close()
    await scene.member({ user: ['other'], leaveDelay: 1_200 })
    expect(await nextUsers(client)).toMatchObject({ active: 3, total: 3, joined: [['other']] })
    const users = await nextUsers(client)
    expect(users).toMatchObject({ active: 2, total: 2, left: [['leaver']] })
    const [time] = client.argsOf('RECV').at(-1) ?? [0]
    expect(time - left).toBeGreaterThanOrEqual(1_350)
  })

  rule(
    'USERS2',
    'a connection that joins and leaves within 200 ms is not announced',
    async (scene) => {
      const client = await announcedMember(scene)
      const brief = await scene.member({ user: ['brief'] })
      brief.terminate()
      await delay(SETTLED_MS)
      await reflect(client, 'end')
      expect(allUsers(client)).toHaveLength(1)
    },
  )

  rule('USERS5', 'who reconnects is announced as joined, later once as left', async (scene) => {
    const client = await announcedMember(scene, { leaveDelay: 800 })
    const old = await scene.member({ user: ['me'], leaveDelay: 800 })
    await nextUsers(client)
    await scene.member({ user: ['me'], leaveDelay: 800 })
    expect(await nextUsers(client)).toMatchObject({ active: 3, total: 3, joined: [['me']] })
    old.terminate()
    expect(await nextUsers(client)).toMatchObject({ active: 2, total: 2, left: [['me']] })
    await delay(SETTLED_MS)
    expect(allUsers(client)).toHaveLength(4)
  })

  rule('USERS2', 'a leave and a join of two connections are both announced', async (scene) => {
    const client = await changePlaces(scene, ['me'])
    expect(await nextUsers(client)).toMatchObject({ active: 2, joined: [['me']], left: [['me']] })
  })

  differs(
    'USERS2',
    'this holds for users that are equal strings too',
    async (scene) => {
      const client = await changePlaces(scene, 'me')
      expect(await nextUsers(client)).toMatchObject({ active: 2, joined: ['me'], left: ['me'] })
    },
    async (scene) => {
      const client = await changePlaces(scene, 'me')
      await delay(SETTLED_MS)
      await reflect(client, 'end')
      expect(allUsers(client)).toHaveLength(2)
    },
  )

  rule('USERS4', 'nothing is announced when nobody is left to hear it', async (scene) => {
    const last = await scene.member({ user: ['last'] })
    await nextUsers(last)
    await last.close()
    await delay(SETTLED_MS)
    const { messages } = await scene.look()
    expect(messages).toHaveLength(1)
    const client = await scene.member({ user: ['next'] })
    const users = await nextUsers(client)
    expect(users).toMatchObject({ active: 1, total: 1, joined: [['next']] })
    expect(users).not.toHaveProperty('left')
  })
}

/** A member that sees a connection leave and, at once, another join as the same user. */
async function changePlaces(scene: Scene, user: unknown) {
  const client = await announcedMember(scene)
  const old = await scene.member({ user })
  await nextUsers(client)
  const next = await scene.connect()
  await old.close()
  await next.join({ user })
  return client
}
