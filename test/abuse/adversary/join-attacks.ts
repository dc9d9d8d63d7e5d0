import type { FieldName } from '../../../src/protocol/field-limits.ts'
import type { Attack } from './attack.ts'
import type { Battlefield, JoinArgs } from './battlefield.ts'

/** So many join at a time. */
const AT_A_TIME = 16
/** Sessions whose state is long, and how often each is changed (a second). */
const LONG_SESSIONS = 20
const CHANGES_PER_SECOND = 400
/** Members of the session whose users are told again and again. */
const LONG_USERS = 40

type ArgsOf = (field: Battlefield) => JoinArgs

/** Joins with what is long, leaves at once, and comes again; nobody is announced as gone for an hour. */
function comeAndGo(title: string, fields: readonly FieldName[], argsOf: ArgsOf): Attack {
  return {
    ...{ title, fields, fills: ['histories'] },
    run: async (field) => {
      const sessionId = field.sessionId()
      await field.repeat(AT_A_TIME, async () => {
        const member = await field.join(sessionId, argsOf(field))
        member?.leave()
      })
    },
  }
}

/** Opens sessions of which all that is stored is long, and has it stored again and again. */
function rewrite(title: string, fields: readonly FieldName[], argsOf: ArgsOf): Attack {
  return {
    ...{ title, fields, fills: ['histories'] },
    run: async (field) => {
      const ids = Array.from({ length: LONG_SESSIONS }, () => field.sessionId())
      const members = await Promise.all(ids.map((id) => field.join(id, argsOf(field))))
      const make = (index: number) => field.frame(ids[index] ?? '', 'TICKS', { tick: 1000 })
      await field.flood(members, make, CHANGES_PER_SECOND)
    },
  }
}

/** Joins as users that are long, and leaves without having heard anything. */
async function rush(field: Battlefield, prefix: string): Promise<void> {
  const id = field.sessionId()
  await field.repeat(AT_A_TIME, async () => {
    const socket = await field.open(id, 0, { prefix })
    if (!socket) return
    socket.socket.pause()
    const user = [field.longest('JOIN.user').slice(4)]
    field.send(socket, field.frame(id, 'JOIN', field.joinArgs({ user })))
    await field.sent(socket)
    socket.leave()
  })
}

function texts(names: readonly string[]): ArgsOf {
  return (field) =>
    Object.fromEntries(names.map((name) => [name, field.longest(`JOIN.${name}` as FieldName)]))
}

const state = ['name', 'persistentId', 'tove'] as const
const logged = ['sdk', 'developerId', 'codeHash', 'dormantDelay', 'location', 'heraldUrl'] as const

const one = (name: string, run: typeof comeAndGo): readonly [string, Attack] => {
  const field = `JOIN.${name}` as FieldName
  return [`${run.name}:${name}`, run(`JOIN: ${name}`, [field], texts([name]))]
}

/** What JOIN can carry. */
export const joinAttacks: Readonly<Record<string, Attack>> = {
  'comeAndGo:user': {
    ...{ title: 'joins and leaves: user', fields: ['JOIN.user'], fills: ['histories'] },
    run: (field) => rush(field, ''),
  },
  'comeAndGo:viewer': {
    ...{ title: 'a viewer joins and leaves: user', fields: ['JOIN.user'] },
    fills: ['histories'],
    run: async (field) => rush(field, await field.viewerPrefix()),
  },
  ...Object.fromEntries([...state, 'appId', 'url'].map((name) => one(name, rewrite))),
  ...Object.fromEntries(logged.map((name) => one(name, comeAndGo))),
  'comeAndGo:log': comeAndGo(
    'joins and leaves: all that is logged, in control characters',
    ['JOIN.sdk', 'JOIN.developerId', 'JOIN.codeHash', 'JOIN.location', 'JOIN.url'],
    (field) =>
      Object.fromEntries(
        [...logged, 'url', 'name', 'appId', 'persistentId'].map((name) => [
          name,
          `Ā${'\u0000'.repeat(Math.min(2000, field.lengthOf(`JOIN.${name}` as FieldName)) - 1)}`,
        ]),
      ),
  ),
  leaveDelays: {
    title: 'users told again and again',
    fields: ['JOIN.user'],
    fills: ['histories'],
    run: async (field) => {
      const sessionId = field.sessionId()
      for (let index = 0; index < LONG_USERS && !field.isOver; index += 1) {
        await field.join(sessionId, { user: [field.longest('JOIN.user', 100_000).slice(4)] })
      }
      const talkers = await Promise.all(
        [1, 2, 3, 4].map(() => field.join(sessionId, { leaveDelay: 0 })),
      )
      const make = () => {
        const leaveDelay = field.next()
        return field.frame(sessionId, 'JOIN', field.joinArgs({ leaveDelay, user: ['x'] }))
      }
      await field.flood(talkers, make, 20)
    },
  },
}
