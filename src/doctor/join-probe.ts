import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Address } from './address.ts'
import { ask } from './ask.ts'
import { Client, type Message, type Sync, UpgradeRefusedError } from './client.ts'
import { hashOf } from './hash.ts'
import type { Join, Refused } from './join.ts'
import { reasonOf } from './reason.ts'

const MESSAGES = 5
/** Ticks are asked for so often, and watched for so long (ms). */
const TICK_MS = 50
const WATCH_MS = 1000
/** The box looks for a snapshot's file before it names it: until then a SYNC has the one before (ms). */
const SNAPSHOT_TRIES = 20
const SNAPSHOT_PAUSE_MS = 100
/** What a visitor may be let in with who was not let in without. */
const CLOSED = [401, 403]

/** Headers with which one comes. */
export type Way = Readonly<Record<string, string>>

/** How one came in, and what became of it. */
export interface JoinVisit {
  readonly way: Way
  readonly join: Join
  /** why nobody is let in who shows nothing; undefined: they are */
  readonly shut: Refused | undefined
}

/**
 * Joins a session of the doctor's own with two clients, as a page of that address would; without naming a page if that is not
 * let in, and last with the token.
 * @param token undefined: there is none, or none that the other side is to see
 */
export async function visit(address: Address, token: string | undefined): Promise<JoinVisit> {
  const asPage = { origin: address.url.origin }
  const page = await joinBy(address, asPage)
  if (!isShut(page)) return { way: asPage, join: page, shut: undefined }
  const plain = await joinBy(address, {})
  if (!isShut(plain) || token === undefined) return { way: {}, join: plain, shut: undefined }
  const way = { authorization: `Bearer ${token}` }
  return { way, join: await joinBy(address, way), shut: plain }
}

/** Whether the box itself did not let one in. */
function isShut(join: Join): join is Refused {
  return join.tag === 'refused' && join.sentence !== '' && CLOSED.includes(join.status)
}

async function joinBy(address: Address, way: Way): Promise<Join> {
  const sessionId = hashOf(`croquet-in-a-box doctor ${address.url.href}`)
  const clients = [
    new Client(address, sessionId, way),
    new Client(address, sessionId, way),
  ] as const
  try {
    return await meet(address, way, sessionId, clients)
  } catch (error) {
    if (!(error instanceof UpgradeRefusedError)) return { tag: 'failed', reason: reasonOf(error) }
    const { status, sentence } = error
    return { tag: 'refused', status, sentence }
  } finally {
    for (const client of clients) client.close()
  }
}

async function meet(
  address: Address,
  way: Way,
  sessionId: string,
  [one, other]: readonly [Client, Client],
): Promise<Join> {
  const ticks = { tick: TICK_MS }
  const first = await one.join({ user: ['doctor-1'], ticks, leaveDelay: 0 })
  const second = await other.join({ user: ['doctor-2'], ticks, leaveDelay: 0 })
  const { messageMs, isSameOrder, time, seq } = await talk(one, other)
  const at = { sessionId, time, seq }
  const snapshotTrouble = await storeSnapshot(address, way, one, at)
  const isStored = snapshotTrouble === ''
  return {
    tag: 'joined',
    isSameTimeline: first.timeline === second.timeline,
    ...{ isSameOrder, messageMs, snapshotTrouble },
    snapshotUrl: isStored ? await newSnapshotUrl(other, second) : '',
    tickGapMs: await longestTickGap(other),
  }
}

/** One sends, both listen. Resolves with time and seq of the last message, too. */
async function talk(one: Client, other: Client) {
  const run = randomBytes(8).toString('hex')
  const sent = Array.from({ length: MESSAGES }, (_, index) => `${run} ${index}`)
  const isOfThisRun = (args: unknown) => String((args as Message)[2]).startsWith(run)
  const hear = async (client: Client) => {
    const frames = []
    while (frames.length < MESSAGES) frames.push(await client.next('RECV', isOfThisRun))
    return frames.map(({ args, at }) => ({ message: args as Message, at }))
  }
  const begin = performance.now()
  for (const payload of sent) one.send('SEND', [0, 0, payload, 0])
  const [mine, yours] = await Promise.all([hear(one), hear(other)])
  const inOrder = (heard: typeof mine) => JSON.stringify(heard.map(({ message }) => message))
  const [time, seq] = mine.at(-1)?.message ?? [0, 0]
  return {
    messageMs: (yours[0]?.at ?? begin) - begin,
    isSameOrder:
      inOrder(mine) === inOrder(yours) &&
      mine.every(({ message }, index) => message[2] === sent[index]),
    ...{ time, seq },
  }
}

/** Uploads a snapshot and announces it, which also keeps the doctor's session short. Resolves with what went wrong. */
async function storeSnapshot(
  address: Address,
  way: Way,
  client: Client,
  { sessionId, time, seq }: { sessionId: string; time: number; seq: number },
): Promise<string> {
  const hash = hashOf(randomBytes(16))
  const path = `files/snapshots/${sessionId}/${String(time).padStart(10, '0')}_${seq}-${hash}.snap`
  try {
    const body = Buffer.from('a snapshot of the doctor')
    const { status } = await ask(address, path, { method: 'PUT', headers: way, body })
    if (status >= 300) return `an upload was answered with ${status}`
    client.send('SNAP', { time, seq, hash, url: new URL(path, address.url).href })
    return ''
  } catch (error) {
    return `an upload failed: ${reasonOf(error)}`
  }
}

/** Where who joins now is told to fetch the snapshot that was just stored; "" if they are not. */
async function newSnapshotUrl(client: Client, before: Sync): Promise<string> {
  for (let tries = 0; tries < SNAPSHOT_TRIES; tries += 1) {
    const { url } = await client.join({ user: ['doctor-2'], leaveDelay: 0 })
    if (url !== before.url) return url
    await delay(SNAPSHOT_PAUSE_MS)
  }
  return ''
}

async function longestTickGap(client: Client): Promise<number> {
  const begin = performance.now()
  await delay(WATCH_MS)
  const times = client.tickTimes.filter((at) => at > begin)
  const moments = [begin, ...times, performance.now()]
  return Math.max(...moments.slice(1).map((at, index) => at - (moments[index] ?? at)))
}
