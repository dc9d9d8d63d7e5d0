import type { RawClient } from '../support/raw-client.ts'
import type { JoinArgs, TallyPayload, UsersPayload, WireMessage } from '../support/wire.ts'
import type { Scene } from './scene.ts'

/** So many messages are sent before the answer to any is waited for. */
const BATCH = 1000

/** For `next('RECV', …)`: the message with this payload. */
export function withPayload(payload: unknown): (message: WireMessage) => boolean {
  return (message) => message[2] === payload
}

/** Sends a message and waits until it comes back, so that all sent before it has come back too. */
export async function reflect(
  client: RawClient,
  payload: string,
  ...rest: readonly unknown[]
): Promise<WireMessage> {
  client.send('SEND', [0, 0, payload, ...rest])
  const { args } = await client.next('RECV', withPayload(payload))
  return args
}

/** Sends so many messages and waits until all were handled. */
export async function fillHistory(client: RawClient, count: number, payload = 'm'): Promise<void> {
  const frame = JSON.stringify({ action: 'SEND', args: [0, 0, payload] })
  for (let left = count; left > 0; left -= BATCH) {
    for (let sent = 0; sent < Math.min(left, BATCH); sent += 1) client.sendRaw(frame)
    await client.ping()
  }
}

/** The next users message, if need be the next that matches. */
export async function nextUsers(
  client: RawClient,
  matches: (users: UsersPayload) => boolean = () => true,
): Promise<UsersPayload> {
  const { args } = await client.next('RECV', (message) => {
    const users = made<UsersPayload>(message, 'users')
    return users !== undefined && matches(users)
  })
  return args[2] as UsersPayload
}

/** A member that has heard of itself, so that the next users message is about others. */
export async function announcedMember(scene: Scene, args: JoinArgs = {}): Promise<RawClient> {
  const client = await scene.member(args)
  await nextUsers(client)
  return client
}

/** The next tally message of this key. */
export async function nextTally(client: RawClient, tuttiKey: string): Promise<TallyPayload> {
  const { args } = await client.next(
    'RECV',
    (message) => made<TallyPayload>(message, 'tally')?.tuttiKey === tuttiKey,
  )
  return args[2] as TallyPayload
}

/** The payloads of all users messages so far. */
export function allUsers(client: RawClient): UsersPayload[] {
  return client.argsOf('RECV').flatMap((message) => made<UsersPayload>(message, 'users') ?? [])
}

/** The payloads of all tally messages so far. */
export function allTallies(client: RawClient): TallyPayload[] {
  return client.argsOf('RECV').flatMap((message) => made<TallyPayload>(message, 'tally') ?? [])
}

/** The payload of a message that the reflector made itself; undefined for any other. */
function made<P extends { what: string }>(message: WireMessage, what: P['what']): P | undefined {
  const payload = message[2] as P | string | null
  return payload !== null && typeof payload === 'object' && payload.what === what
    ? payload
    : undefined
}

/** How `_size` is reckoned: the length of the payload's JSON before `_size` was added. */
export function sizeOf(payload: object): number {
  return JSON.stringify({ ...payload, _size: undefined }).length
}
