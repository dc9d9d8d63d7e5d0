import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'vitest'
import type { RawClient } from '../../support/raw-client.ts'
import { nextUsers, reflect } from '../reflected.ts'
import type { Rules } from '../rules.ts'
import { type Scene, snapArgs, snapshotPath } from '../scene.ts'

/** How long teatime runs on without clients (ms). */
const GRACE_MS = 10_000
/** Long enough for a session without clients to be parked, and for its teatime to stand still after (ms). */
const AWAY_MS = 22_000

export function describeTime({ rule, differs }: Rules): void {
  rule('TIME1', 'teatime is whole milliseconds since the session began', async (scene) => {
    const began = performance.now()
    const client = await scene.connect()
    const { time } = await client.join()
    const atMost = performance.now() - began
    expect(time).toBeGreaterThanOrEqual(0)
    expect(time).toBeLessThanOrEqual(atMost + 1)
    await delay(700)
    const [later] = await reflect(client, 'hello')
    expect(later - time).toBeGreaterThan(690)
    expect(later - time).toBeLessThan(1_500)
    for (const each of timesOf(client)) expect(Number.isInteger(each)).toBe(true)
  })

  rule('TIME2', 'teatime never goes back, whatever its scale', async (scene) => {
    const client = await scene.member({ ticks: { tick: 20 } })
    for (const scale of [64, 1 / 64, 1, 3, 0.5]) {
      client.send('TICKS', { scale })
      await delay(60)
      await reflect(client, `scale ${scale}`)
    }
    const times = timesOf(client)
    expect(times).toEqual(times.toSorted((a, b) => a - b))
  })

  rule('TIME3', 'scale is how fast teatime runs, from 1/64 to 64', async (scene) => {
    const client = await scene.member()
    await expectSpeed(client, 8, 8)
    await expectSpeed(client, 1_000, 64)
    await expectSpeed(client, 0.000_1, 1 / 64)
    await expectSpeed(client, -5, 1)
  })

  rule('TIME5', 'who comes back within 10 s finds the session running', async (scene) => {
    const client = await scene.member()
    await nextUsers(client)
    const { timeline } = await scene.look()
    const [time, seq] = await reflect(client, 'hello')
    await client.close()
    await delay(3_000)
    const sync = await scene.look()
    expect(sync).toMatchObject({ timeline, seq })
    expect(sync.time - time).toBeGreaterThan(2_900)
    expect(sync.time - time).toBeLessThan(5_000)
  })

  differs(
    'TIME5',
    'a session without clients is parked after 10 s, and comes back whole',
    async (scene) => {
      const before = await leave(scene)
      const after = await scene.look()
      const { time, messages, ...rest } = after
      expect({ ...rest, messages }).toEqual({ ...before.sync, messages: before.sync.messages })
      expect(time - before.time).toBeGreaterThan(GRACE_MS - 500)
      expect(time - before.time).toBeLessThan(AWAY_MS - 5_000)
      const client = await scene.member({ ticks: { tick: 5_000 } })
      const [, seq] = await reflect(client, 'next')
      expect(seq).toBe((after.seq + 1) >>> 0)
      await client.next('TICK')
      await client.next('TICK', undefined, 400)
    },
    async (scene) => {
      const before = await leave(scene)
      const after = await scene.look()
      expect(after).toMatchObject({ seq: 0xfffffff0, url: '', messages: [] })
      expect(after.timeline).not.toBe(before.sync.timeline)
      expect(after.time).toBeLessThan(before.time)
    },
  )
}

export function describeTick({ rule, differs }: Rules): void {
  rule(
    'TICK1',
    'a tick comes after 200 ms of silence, unless JOIN says otherwise',
    async (scene) => {
      const client = await scene.member({ ticks: {} })
      await nextUsers(client)
      await delay(1_500)
      const gap = median(gapsOf(client.argsOf('TICK')))
      expect(gap).toBeGreaterThan(180)
      expect(gap).toBeLessThan(240)
    },
  )

  rule('TICK2', 'a message restarts the interval', async (scene) => {
    const client = await scene.member({ ticks: { tick: 1_000 } })
    await nextUsers(client)
    for (let sent = 0; sent < 14; sent += 1) {
      await reflect(client, `m${sent}`)
      await delay(100)
    }
    expect(client.argsOf('TICK')).toEqual([])
    const { args: tick } = await client.next('TICK')
    const last = client.argsOf('RECV').at(-1)?.[0] ?? 0
    expect(tick - last).toBeGreaterThanOrEqual(990)
  })

  differs(
    'TICK6',
    'an interval below 1000/60 ms is taken as 1000/60 ms',
    async (scene) => expect(await ticksPerSecond(scene)).toBeLessThanOrEqual(62),
    async (scene) => expect(await ticksPerSecond(scene)).toBeGreaterThan(75),
  )

  differs(
    'TICK3',
    'ticks keep their beat: a late one does not put off those after it',
    async (scene) => {
      const times = await tickTimes(scene, 100, 2_500)
      const [start = 0] = times
      const late = times.map((time) => time - start - Math.round((time - start) / 100) * 100)
      expect(Math.abs(median(late.slice(-9)) - median(late.slice(0, 9)))).toBeLessThan(25)
      expect(times.length).toBeGreaterThan(10)
    },
    async (scene) => {
      const times = await tickTimes(scene, 100, 2_500)
      expect(Math.min(...gapsOf(times))).toBeGreaterThanOrEqual(97)
    },
  )
}

/** Everything timed that the client heard, in order. */
function timesOf(client: RawClient): number[] {
  return client.frames.flatMap(({ action, args }) => {
    if (action === 'SYNC') return (args as { time: number }).time
    if (action === 'RECV') return (args as [number])[0]
    return action === 'TICK' ? (args as number) : []
  })
}

/** Asks for a scale and measures how fast teatime runs; the way of the messages leaves it between two bounds. */
async function expectSpeed(client: RawClient, asked: number, scale: number): Promise<void> {
  client.send('TICKS', { scale: asked })
  const firstSent = performance.now()
  const [start] = await reflect(client, `from ${asked}`)
  const firstHeard = performance.now()
  await delay(400)
  const lastSent = performance.now()
  const [end] = await reflect(client, `to ${asked}`)
  const lastHeard = performance.now()
  // Teatime is in whole ms.
  expect(end - start).toBeGreaterThanOrEqual((lastSent - firstHeard) * scale * 0.98 - 1)
  expect(end - start).toBeLessThanOrEqual((lastHeard - firstSent) * scale * 1.02 + 1)
}

/** A session with all that is to be kept; everyone leaves it and stays away. */
async function leave(scene: Scene) {
  const client = await scene.member({ tove: 'secret', ticks: { tick: 150 } })
  await nextUsers(client)
  const [time, seq] = await reflect(client, 'in the snapshot')
  const url = await scene.upload(snapshotPath(scene.sessionId, time, seq))
  client.send('SNAP', snapArgs(time, seq, url))
  await scene.lookUntil((told) => told.url !== '')
  await reflect(client, 'after the snapshot')
  const { time: lastTime, ...sync } = await scene.look()
  await client.close()
  await delay(AWAY_MS)
  return { time: lastTime, sync }
}

function gapsOf(times: readonly number[]): number[] {
  return times.slice(1).map((time, index) => time - (times[index] ?? 0))
}

/** Ticks per second of teatime in a session whose first joiner asked for one every millisecond. */
async function ticksPerSecond(scene: Scene): Promise<number> {
  const times = await tickTimes(scene, 1, 1_000)
  return (1_000 * (times.length - 1)) / ((times.at(-1) ?? 0) - (times[0] ?? 0))
}

/** The ticks that come in so many ms when nothing else is said, in a session with this interval. */
async function tickTimes(scene: Scene, tick: number, lengthMs: number): Promise<number[]> {
  const client = await scene.member({ ticks: { tick } })
  await nextUsers(client)
  const { args: first } = await client.next('TICK')
  await delay(lengthMs)
  return client.argsOf('TICK').filter((time) => time > first)
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}
