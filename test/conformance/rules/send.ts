import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'vitest'
import { nextUsers, reflect, withPayload } from '../reflected.ts'
import type { Rules } from '../rules.ts'

export function describeSend({ rule, differs }: Rules): void {
  rule('SEND1', 'a message reaches every member, its sender included', async (scene) => {
    const sender = await scene.member()
    const other = await scene.member()
    await reflect(sender, 'hello')
    await other.next('RECV', withPayload('hello'))
  })

  rule('SEND2', 'time and seq are stamped, all else stays as it was sent', async (scene) => {
    const client = await scene.member()
    const rest = ['héllo 👋  ', { a: [1, null, true] }, 0, -1.5e-7, '', 34]
    client.send('SEND', [123_456, 99, 'payload', ...rest])
    const { args } = await client.next('RECV', withPayload('payload'))
    expect(args.slice(2)).toEqual(['payload', ...rest])
    expect(args[0]).toBeLessThan(100_000)
    expect(args[1]).toBeGreaterThanOrEqual(0xfffffff1)
  })

  rule('SEND3', 'all members hear all messages in one order', async (scene) => {
    const members = await Promise.all([1, 2, 3].map(() => scene.member()))
    const [first] = members
    if (!first) return
    await nextUsers(first, (users) => users.active === 3)
    for (let round = 0; round < 30; round += 1) {
      for (const [index, member] of members.entries()) {
        member.send('SEND', [0, 0, `${index}:${round}`])
      }
    }
    await Promise.all(members.map((member, index) => reflect(member, `end ${index}`)))
    await Promise.all(members.map((member) => reflect(member, 'over')))
    const heard = members.map((member) =>
      member.argsOf('RECV').filter((message) => /^\d:/.test(String(message[2]))),
    )
    expect(heard[0]).toHaveLength(90)
    expect(heard[1]).toEqual(heard[0])
    expect(heard[2]).toEqual(heard[0])
    const ofFirst = heard[0]
      ?.map((message) => message[2])
      .filter((each) => /^0:/.test(String(each)))
    expect(ofFirst).toEqual(Array.from({ length: 30 }, (_, round) => `0:${round}`))
  })

  differs(
    'SEND6',
    'an object as payload stays as it was sent',
    async (scene) => {
      const client = await scene.member()
      client.send('SEND', [0, 0, { a: 1 }])
      const { args } = await client.next('RECV', (message) => isObject(message[2], 'a'))
      expect(args[2]).toEqual({ a: 1 })
    },
    async (scene) => {
      const client = await scene.member()
      client.send('SEND', [0, 0, { a: 1 }])
      const { args } = await client.next('RECV', (message) => isObject(message[2], 'a'))
      expect(args[2]).toEqual({ a: 1, _size: 7 })
    },
  )

  rule('TIME4', 'with rawtime the last element is the raw session time', async (scene) => {
    const client = await scene.member({ flags: { rawtime: true } })
    client.send('TICKS', { scale: 10 })
    const [start, , , ...more] = await reflect(client, 'one', 'kept', 34)
    expect(more).toEqual(['kept', expect.any(Number)])
    await delay(200)
    const [end, , , ...rest] = await reflect(client, 'two', 'kept', 34)
    const rawPassed = Number(rest.at(-1)) - Number(more.at(-1))
    expect(Number.isInteger(rawPassed)).toBe(true)
    expect((end - start) / rawPassed).toBeCloseTo(10, 0)
    const users = client.argsOf('RECV').find((message) => isObject(message[2], 'what'))
    if (users) expect(users).toHaveLength(4)
  })

  rule(
    'SEND4',
    'with a delay, messages wait for it after the last tick, in order',
    async (scene) => {
      const client = await scene.member({ ticks: { tick: 150, delay: 100 } })
      await nextUsers(client)
      const { args: tick } = await client.next('TICK', (time) => time > 300)
      for (const payload of ['a', 'b', 'c']) client.send('SEND', [0, 0, payload])
      const last = await client.next('RECV', withPayload('c'))
      const held = client.argsOf('RECV').filter((message) => typeof message[2] === 'string')
      expect(held.map((message) => message[2])).toEqual(['a', 'b', 'c'])
      expect(held[0]?.[0]).toBeGreaterThanOrEqual(tick + 100)
      expect(last.args[0]).toBeLessThan(tick + 1_000)
    },
  )
}

export function describeTags({ rule }: Rules): void {
  rule(
    'TAG1',
    'of messages with one msgID only the first in debounce ms is reflected',
    async (scene) => {
      const client = await scene.member()
      const tags = { debounce: 500, msgID: 'poll' }
      client.send('SEND', [0, 0, 'first'], { tags })
      client.send('SEND', [0, 0, 'second'], { tags })
      await reflect(client, 'between')
      await delay(600)
      client.send('SEND', [0, 0, 'third'], { tags })
      await client.next('RECV', withPayload('third'))
      const payloads = client.argsOf('RECV').map((message) => message[2])
      expect(payloads.filter((payload) => typeof payload === 'string')).toEqual([
        'first',
        'between',
        'third',
      ])
    },
  )

  rule('TAG2', 'another msgID, or no debounce, is another matter', async (scene) => {
    const client = await scene.member()
    client.send('SEND', [0, 0, 'a'], { tags: { debounce: 5_000, msgID: 'a' } })
    client.send('SEND', [0, 0, 'b'], { tags: { debounce: 5_000, msgID: 'b' } })
    client.send('SEND', [0, 0, 'c'], { tags: { msgID: 'a' } })
    client.send('SEND', [0, 0, 'd'], { tags: {} })
    await client.next('RECV', withPayload('d'))
    const payloads = client.argsOf('RECV').map((message) => message[2])
    expect(payloads.filter((payload) => typeof payload === 'string')).toEqual(['a', 'b', 'c', 'd'])
  })

  rule('TAG3', 'debounce is among all members', async (scene) => {
    const [a, b] = [await scene.member(), await scene.member()]
    const tags = { debounce: 5_000, msgID: 'poll' }
    a.send('SEND', [0, 0, 'from a'], { tags })
    await b.next('RECV', withPayload('from a'))
    b.send('SEND', [0, 0, 'from b'], { tags })
    await reflect(b, 'end')
    expect(b.argsOf('RECV').filter(withPayload('from b'))).toEqual([])
  })
}

function isObject(payload: unknown, key: string): boolean {
  return typeof payload === 'object' && payload !== null && key in payload
}
