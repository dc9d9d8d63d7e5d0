import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'vitest'
import { nextUsers, reflect, withPayload } from '../reflected.ts'
import type { Rules } from '../rules.ts'

export function describeTicks({ rule }: Rules): void {
  rule('TICKS1', 'tick is the new interval at once', async (scene) => {
    const client = await scene.member({ ticks: { tick: 30_000 } })
    await nextUsers(client)
    client.send('TICKS', { tick: 50 })
    await client.next('TICK', undefined, 1_000)
    await client.next('TICK', undefined, 1_000)
    client.send('TICKS', { tick: 30_000 })
    await client.ping()
    const ticks = client.argsOf('TICK').length
    await delay(300)
    expect(client.argsOf('TICK')).toHaveLength(ticks)
  })

  rule('TICKS2', 'no scale sets the scale back to 1', async (scene) => {
    const client = await scene.member()
    client.send('TICKS', { scale: 64 })
    const [fast] = await reflect(client, 'fast')
    await delay(100)
    client.send('TICKS', { tick: 200 })
    const began = performance.now()
    const [start] = await reflect(client, 'from')
    await delay(300)
    const [end] = await reflect(client, 'to')
    expect(start - fast).toBeGreaterThan(5_000)
    expect(end - start).toBeLessThanOrEqual(performance.now() - began)
  })

  rule('TICKS3', 'a delay that is not above 0 leaves the delay as it is', async (scene) => {
    const client = await scene.member({ ticks: { tick: 300, delay: 200 } })
    await nextUsers(client)
    client.send('TICKS', { tick: 300, delay: 0 })
    const { args: tick } = await client.next('TICK', (time) => time > 400)
    client.send('SEND', [0, 0, 'held'])
    const { args: held } = await client.next('RECV', withPayload('held'))
    expect(held[0]).toBeGreaterThanOrEqual(tick + 200)
  })
}

export function describePing({ rule }: Rules): void {
  rule('PING1', 'PONG has the same args, and no id', async (scene) => {
    const client = await scene.member()
    for (const args of [
      { sent: 1.5, text: 'héllo 👋' },
      [1, 'two', null],
      'text',
      7,
      false,
      null,
    ]) {
      client.send('PING', args)
      const pong = await client.next('PONG')
      expect(pong.args).toEqual(args)
      expect(pong).not.toHaveProperty('id')
    }
    client.send('PING')
    expect(await client.next('PONG')).not.toHaveProperty('args')
  })

  rule('PING2', 'with rawtime an object comes back with rawTime', async (scene) => {
    const client = await scene.member({ flags: { rawtime: true } })
    client.send('PING', { sent: 1 })
    const { args } = await client.next('PONG')
    expect(args).toEqual({ sent: 1, rawTime: expect.any(Number) })
    client.send('PING', 'text')
    expect((await client.next('PONG')).args).toBe('text')
  })

  rule('PING3', 'without rawtime there is no rawTime', async (scene) => {
    const client = await scene.member()
    client.send('PING', { sent: 1 })
    expect((await client.next('PONG')).args).toEqual({ sent: 1 })
  })
}
