import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'vitest'
import type { RawClient } from '../../support/raw-client.ts'
import { allTallies, nextTally, nextUsers, reflect, sizeOf, withPayload } from '../reflected.ts'
import type { Rules } from '../rules.ts'
import type { Scene } from '../scene.ts'

/** A tally is closed after this even if votes are missing (ms). */
const TALLY_MS = 1_000
/** So many completed tallies are remembered. */
const REMEMBERED = 20

export function describeTutti({ rule }: Rules): void {
  rule('TUTTI1', "the first vote's message is reflected at once, and once", async (scene) => {
    const [a, b] = await pair(scene)
    vote(a, { firstMsg: [0, 0, 'first'] })
    await a.next('RECV', withPayload('first'), TALLY_MS / 2)
    vote(b, { firstMsg: [0, 0, 'first'] })
    await reflect(b, 'end')
    expect(b.argsOf('RECV').filter(withPayload('first'))).toHaveLength(1)
  })

  rule(
    'TUTTI2',
    'the tally is reflected when as many have voted as there are clients',
    async (scene) => {
      const [a, b] = await pair(scene)
      vote(a, { payload: 'yes', wantsVote: true, tallyTarget: ['handler', 7] })
      await reflect(a, 'only one yet')
      expect(allTallies(a)).toEqual([])
      vote(b, { payload: 'yes', wantsVote: true, tallyTarget: ['handler', 7] })
      const tally = await nextTally(a, 'topic@5')
      expect(tally).toEqual({
        what: 'tally',
        sendTime: 5,
        tally: { yes: 2 },
        tallyTarget: ['handler', 7],
        tuttiKey: 'topic@5',
        missingClients: 0,
        _size: sizeOf(tally),
      })
      await nextTally(b, 'topic@5')
    },
  )

  rule('TUTTI3', 'missing votes are waited for 1000 ms', async (scene) => {
    const [a] = await pair(scene)
    const [began] = await reflect(a, 'begin')
    vote(a, { wantsVote: true })
    expect(await nextTally(a, 'topic@5')).toMatchObject({ tally: { yes: 1 }, missingClients: 1 })
    const [time] = a.argsOf('RECV').at(-1) ?? [0]
    expect(time - began).toBeGreaterThanOrEqual(TALLY_MS - 10)
    expect(time - began).toBeLessThan(TALLY_MS + 1_500)
  })

  rule('TUTTI2', 'unanimous votes that nobody asked for are not reflected', async (scene) => {
    const [a, b] = await pair(scene)
    vote(a)
    vote(b)
    vote(a, { sendTime: 6 })
    vote(b, { sendTime: 6, payload: 'no' })
    expect(await nextTally(a, 'topic@6')).toMatchObject({ tally: { yes: 1, no: 1 } })
    expect(allTallies(a)).toHaveLength(1)
  })

  rule('TUTTI4', 'a vote for a completed tally is dropped', async (scene) => {
    const client = await scene.member()
    vote(client, { wantsVote: true })
    await nextTally(client, 'topic@5')
    vote(client, { wantsVote: true, firstMsg: [0, 0, 'too late'] })
    await delay(TALLY_MS + 300)
    await reflect(client, 'end')
    expect(allTallies(client)).toHaveLength(1)
    expect(client.argsOf('RECV').filter(withPayload('too late'))).toEqual([])
  })

  rule('TUTTI4', 'a vote sent over 60 s of teatime ago is dropped', async (scene) => {
    const client = await scene.member()
    client.send('TICKS', { scale: 64 })
    await reflect(client, 'fast')
    await delay(1_000)
    client.send('TICKS', { scale: 1 / 64 })
    const [time] = await reflect(client, 'now')
    expect(time).toBeGreaterThan(61_000)
    vote(client, { sendTime: time - 60_500, wantsVote: true })
    vote(client, { sendTime: time - 50_000, wantsVote: true })
    await nextTally(client, `topic@${time - 50_000}`)
    expect(allTallies(client)).toHaveLength(1)
  })

  rule(
    'TUTTI5',
    'at most 20 completed tallies are remembered; older votes are dropped',
    async (scene) => {
      const client = await scene.member()
      await delay(REMEMBERED + 50) // no vote may be from the future
      for (let sendTime = 1; sendTime <= REMEMBERED + 5; sendTime += 1) {
        vote(client, { sendTime, wantsVote: true })
        await nextTally(client, `topic@${sendTime}`)
      }
      vote(client, { sendTime: 1, key: 'other', wantsVote: true })
      vote(client, { sendTime: REMEMBERED + 5, key: 'other', wantsVote: true })
      await nextTally(client, `other@${REMEMBERED + 5}`)
      expect(allTallies(client).map((tally) => tally.tuttiKey)).not.toContain('other@1')
    },
  )

  rule(
    'TUTTI6',
    'who joins while a tally is open is expected in later ones only',
    async (scene) => {
      const [a, b] = await pair(scene)
      vote(a, { wantsVote: true })
      const late = await scene.member()
      vote(b, { wantsVote: true })
      expect(await nextTally(late, 'topic@5')).toMatchObject({
        tally: { yes: 2 },
        missingClients: 0,
      })
      vote(a, { wantsVote: true, sendTime: 6 })
      vote(b, { wantsVote: true, sendTime: 6 })
      expect(await nextTally(late, 'topic@6')).toMatchObject({ missingClients: 1 })
    },
  )

  rule('TUTTI7', 'tallies of several keys are apart', async (scene) => {
    const [a, b] = await pair(scene)
    vote(a, { key: 'x', wantsVote: true })
    vote(a, { key: 'y', wantsVote: true, payload: 'no' })
    vote(b, { key: 'y', wantsVote: true, payload: 'no' })
    vote(b, { key: 'x', wantsVote: true })
    expect(await nextTally(a, 'y@5')).toMatchObject({ tally: { no: 2 } })
    expect(await nextTally(a, 'x@5')).toMatchObject({ tally: { yes: 2 } })
  })

  rule('TUTTI8', 'with rawtime the tally has the raw time behind it', async (scene) => {
    const client = await scene.member({ flags: { rawtime: true } })
    vote(client, { wantsVote: true, firstMsg: [0, 0, 'first'] })
    const { args: first } = await client.next('RECV', withPayload('first'))
    const { args: tally } = await client.next('RECV', (message) => isTally(message[2]))
    expect(first).toHaveLength(4)
    expect(Number.isInteger(first[3])).toBe(true)
    expect(Number.isInteger(tally[3])).toBe(true)
  })
}

interface Vote {
  readonly sendTime?: number
  readonly key?: string
  readonly payload?: string
  readonly firstMsg?: readonly unknown[]
  readonly wantsVote?: boolean
  readonly tallyTarget?: unknown
}

function vote(client: RawClient, options: Vote = {}): void {
  const { sendTime = 5, key = 'topic', payload = 'yes', wantsVote = false } = options
  const { firstMsg = null, tallyTarget = ['handler'] } = options
  const tuttiKey = `${key}@${sendTime}`
  client.send('TUTTI', [sendTime, 0, payload, firstMsg, wantsVote, tallyTarget, tuttiKey])
}

async function pair(scene: Scene): Promise<[RawClient, RawClient]> {
  const clients: [RawClient, RawClient] = [await scene.member(), await scene.member()]
  await Promise.all(clients.map((client) => nextUsers(client, (users) => users.active === 2)))
  return clients
}

function isTally(payload: unknown): boolean {
  return (payload as { what?: unknown } | null)?.what === 'tally'
}
