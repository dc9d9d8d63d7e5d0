import type { Attack } from './attack.ts'
import type { AttackSocket } from './attack-socket.ts'
import type { Battlefield } from './battlefield.ts'

const CONNECTIONS = 20
/** As many as one connection may send. */
const MESSAGES_PER_SECOND = 500
const HASH = 'h'.repeat(43)

type Make = (field: Battlefield, sessionId: string) => Buffer

interface FloodOptions extends Pick<Attack, 'title' | 'fields' | 'fills'> {
  readonly connections?: number
  /** whether each connection has a session of its own */
  readonly isApart?: boolean
  readonly perSecond?: number
  /** frames that come before */
  readonly first?: Make
  /** whether the attackers read what they hear */
  readonly isDeaf?: boolean
  readonly make: Make
}

/** Members that send as fast as they can. */
function flood(options: FloodOptions): Attack {
  const { title, fields, fills, connections = CONNECTIONS, isApart = false, make } = options
  return {
    ...{ title, fields, fills },
    run: async (field) => {
      const shared = field.sessionId()
      const ids = Array.from({ length: connections }, () => (isApart ? field.sessionId() : shared))
      const members = await joinAll(field, ids)
      for (const [index, member] of members.entries()) {
        if (!member) continue
        if (options.isDeaf) member.socket.pause()
        if (options.first) field.send(member, options.first(field, ids[index] ?? ''))
      }
      const perSecond = options.perSecond ?? MESSAGES_PER_SECOND
      await field.flood(members, (index) => make(field, ids[index] ?? ''), perSecond)
    },
  }
}

/** A few at a time. */
export async function joinAll(
  field: Battlefield,
  ids: readonly string[],
  args = {},
): Promise<Array<AttackSocket | undefined>> {
  const members: Array<AttackSocket | undefined> = []
  for (let at = 0; at < ids.length && !field.isOver; at += 20) {
    const some = ids.slice(at, at + 20)
    members.push(...(await Promise.all(some.map((id) => field.join(id, args)))))
  }
  return members
}

const send =
  (payload: (field: Battlefield) => unknown, tags?: (field: Battlefield) => object): Make =>
  (field, id) =>
    field.frame(id, 'SEND', [0, 0, payload(field)], tags ? { tags: tags(field) } : {})

const tutti =
  (change: (field: Battlefield) => Readonly<Record<number, unknown>>): Make =>
  (field, id) => {
    const args: unknown[] = [1e9, 0, 'p', null, true, null, `k${field.next()}`]
    for (const [at, value] of Object.entries(change(field))) args[Number(at)] = value
    return field.frame(id, 'TUTTI', args)
  }

const hold =
  (scale: number): Make =>
  (field, id) =>
    field.frame(id, 'TICKS', { tick: 30_000, delay: 1e9, scale })

/** What members can send. */
export const memberAttacks: Readonly<Record<string, Attack>> = {
  'SEND:payload': flood({
    ...{ title: 'SEND: long payloads', fields: ['SEND.args'], fills: ['histories', 'backlogs'] },
    ...{ isApart: true, make: send((field) => field.longest('SEND.args')) },
  }),
  'SEND:wide': flood({
    ...{ title: 'SEND: long payloads in Chinese', fields: ['SEND.args'] },
    ...{ fills: ['histories', 'backlogs'], isApart: true },
    make: send((field) => `${field.next()}`.padEnd(1_300_000, '中')),
  }),
  'SEND:rest': flood({
    ...{ title: 'SEND: much behind the payload', fields: ['SEND.args'] },
    ...{ fills: ['histories', 'backlogs'], isApart: true },
    make: (field, id) =>
      field.frame(id, 'SEND', [0, 0, 'p', ...Array(90).fill('x'.repeat(10_000)), field.next()]),
  }),
  'SEND:parts': flood({
    ...{ title: 'SEND: very many parts', fields: ['SEND.args'], fills: ['histories', 'backlogs'] },
    isApart: true,
    make: (field, id) =>
      field.frame(id, 'SEND', [0, 0, 'p', ...Array(100_000).fill('x'), field.next()]),
  }),
  'SEND:small': flood({
    ...{ title: 'SEND: as many as are taken', fields: ['SEND.args'], fills: ['histories'] },
    ...{ connections: 100, isApart: true, make: send((field) => `${field.next()}`) },
  }),
  'SEND:msgID': flood({
    ...{ title: 'SEND: long msgIDs', fields: ['SEND.msgID'], fills: ['histories'] },
    make: send(
      () => 'p',
      (field) => ({ debounce: 600_000, msgID: field.longest('SEND.msgID') }),
    ),
  }),
  'SEND:msgIDs': flood({
    ...{ title: 'SEND: many msgIDs', fields: ['SEND.msgID'], fills: ['histories'] },
    ...{ connections: 100 },
    make: send(
      () => 0,
      (field) => ({ debounce: 600_000, msgID: `${field.next()}` }),
    ),
  }),
  'TUTTI:payload': flood({
    ...{ title: 'TUTTI: long votes', fields: ['TUTTI.payload'], fills: ['histories'] },
    make: tutti((field) => ({ 2: field.longest('TUTTI.payload') })),
  }),
  'TUTTI:payloads': flood({
    ...{ title: 'TUTTI: long votes for one key', fields: ['TUTTI.payload'] },
    ...{ fills: ['histories'], connections: 60 },
    make: tutti((field) => ({
      ...{ 2: field.longest('TUTTI.payload'), 6: `k${Math.floor(performance.now() / 2000)}` },
    })),
  }),
  'TUTTI:firstMsg': flood({
    ...{ title: 'TUTTI: long first messages', fields: ['TUTTI.firstMsg'] },
    ...{ fills: ['histories', 'backlogs'], isApart: true },
    make: tutti((field) => ({ 3: [0, 0, field.longest('TUTTI.firstMsg')] })),
  }),
  'TUTTI:tallyTarget': flood({
    ...{ title: 'TUTTI: long targets', fields: ['TUTTI.tallyTarget'] },
    ...{ fills: ['histories'] },
    make: tutti((field) => ({ 5: field.longest('TUTTI.tallyTarget') })),
  }),
  'TUTTI:tuttiKey': flood({
    ...{ title: 'TUTTI: long keys', fields: ['TUTTI.tuttiKey'], fills: ['histories'] },
    make: tutti((field) => ({ 6: field.longest('TUTTI.tuttiKey') })),
  }),
  'TUTTI:many': flood({
    ...{ title: 'TUTTI: as many votes as are taken', fields: ['TUTTI.tuttiKey'] },
    ...{ fills: ['histories'], connections: 100, make: tutti(() => ({})) },
  }),
  'TUTTI:rewrite': {
    ...{ title: 'TICKS after 20 long keys', fields: ['TUTTI.tuttiKey'], fills: ['histories'] },
    run: async (field) => {
      const id = field.sessionId()
      const [member] = await joinAll(field, [id])
      for (let index = 0; index < 20; index += 1) {
        const key = field.longest('TUTTI.tuttiKey', 1_900_000)
        const frame = field.frame(id, 'TUTTI', [1e9, 0, 'p', null, false, null, key])
        if (member) field.send(member, frame)
      }
      await field.flood([member], () => field.frame(id, 'TICKS', { tick: 1000 }), 20)
    },
  },
  'SNAP:url': flood({
    ...{ title: 'SNAP: long URLs', fields: ['SNAP.url'], fills: [] },
    make: (field, id) => {
      const url = `http://x/files/${field.longest('SNAP.url').slice(20)}`
      return field.frame(id, 'SNAP', { time: 1, seq: 1, hash: HASH, url })
    },
  }),
  'SNAP:hash': flood({
    ...{ title: 'SNAP: long hashes', fields: ['SNAP.hash'], fills: [] },
    make: (field, id) =>
      field.frame(id, 'SNAP', { time: 1, seq: 1, hash: field.longest('SNAP.hash'), url: '/x' }),
  }),
  'SNAP:looks': flood({
    ...{ title: 'SNAP: files that are not there', fields: ['SNAP.url'], fills: [] },
    isApart: true,
    make: (field, id) => {
      const seq = field.next()
      const url = `/files/snapshots/${id}/0000000001_${seq}-${HASH}.snap`
      return field.frame(id, 'SNAP', { time: 1, seq, hash: HASH, url })
    },
  }),
  'SAVE:url': {
    ...{ title: 'SAVE: long URLs', fields: ['SAVE.url'], fills: [] },
    run: async (field) => {
      const ids = Array.from({ length: CONNECTIONS }, () => field.sessionId())
      const persistentId = 'p'.repeat(43)
      const members = await joinAll(field, ids, { appId: 'org.example.app', persistentId })
      const make = (index: number) => {
        const url = `http://x/files/${field.longest('SAVE.url').slice(20)}`
        return field.frame(ids[index] ?? '', 'SAVE', { url })
      }
      await field.flood(members, make)
    },
  },
  'TICKS:hold': flood({
    ...{ title: 'SEND: held back by TICKS', fields: ['SEND.args'], fills: ['histories'] },
    ...{ isApart: true, connections: 15, first: hold(1) },
    make: send((field) => field.longest('SEND.args')),
  }),
  'TICKS:holdMany': flood({
    ...{ title: 'SEND: many held back by TICKS', fields: ['SEND.args'], fills: ['histories'] },
    ...{ isApart: true, connections: 100, first: hold(1 / 64), make: send(() => 0) },
  }),
  'TICKS:change': flood({
    ...{ title: 'TICKS: as many as are taken', fields: [], fills: [], isApart: true },
    make: (field, id) => field.frame(id, 'TICKS', { tick: 16 + (field.next() % 100), scale: 64 }),
  }),
  'PING:args': flood({
    ...{ title: 'PING: long args', fields: ['PING.args'], fills: ['backlogs'] },
    make: (field, id) => field.frame(id, 'PING', field.longest('PING.args')),
  }),
  'PING:deaf': flood({
    ...{ title: 'PING: long args, no answer is read', fields: ['PING.args'], fills: ['backlogs'] },
    ...{ connections: 250, isDeaf: true, perSecond: 4 },
    make: (field, id) => field.frame(id, 'PING', field.longest('PING.args')),
  }),
  'PING:nested': {
    ...{ title: 'PING: a million empty arrays', fields: ['PING.args'], fills: ['backlogs'] },
    run: async (field) => {
      const id = field.sessionId()
      const members = await joinAll(field, Array(CONNECTIONS).fill(id))
      const frame = field.frame(id, 'PING', Array(1_390_000).fill([]))
      await field.flood(members, () => frame)
    },
  },
  'LOG:text': flood({
    ...{ title: 'LOG: long texts', fields: ['LOG.args'], fills: ['log'] },
    make: (field, id) => field.frame(id, 'LOG', field.longest('LOG.args')),
  }),
  'LOG:wide': flood({
    ...{ title: 'LOG: texts that grow when written', fields: ['LOG.args'], fills: ['log'] },
    make: (field, id) =>
      field.frame(id, 'LOG', `Ā${'\u0001'.repeat(Math.min(field.lengthOf('LOG.args'), 3000) - 1)}`),
  }),
  'unknown:action': flood({
    ...{ title: 'unknown actions with long names', fields: ['unknown.action'], fills: ['log'] },
    make: (field, id) => field.frame(id, field.longest('unknown.action')),
  }),
}
