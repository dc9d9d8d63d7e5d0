import type { Attack } from './attack.ts'
import { frameOf } from './attack-socket.ts'
import { joinAll } from './member-attacks.ts'

const MEGABYTE = 1_000_000
/** One address may have no more. */
const ADDRESS_CONNECTIONS = 450

/** What many sockets, or many joins, do together. */
export const crowdAttacks: Readonly<Record<string, Attack>> = {
  nothing: {
    ...{ title: 'nothing, to compare with', fields: [], fills: [] },
    run: (field) => field.wait(),
  },
  joins: {
    ...{ title: 'joins and leaves as fast as can be', fields: [] },
    fills: ['histories'],
    run: async (field) => {
      const id = field.sessionId()
      await field.repeat(50, async (worker) => {
        const member = await field.join(id, {}, worker)
        member?.leave()
      })
    },
  },
  sessions: {
    ...{ title: 'sessions as fast as can be', fields: [], fills: ['histories'] },
    run: async (field) => {
      await field.repeat(20, async (worker) => {
        const member = await field.join(field.sessionId(), {}, worker)
        member?.leave()
      })
    },
  },
  hosts: {
    ...{ title: 'joins by a host with a long name', fields: [], fills: ['log'] },
    run: async (field) => {
      const headers = { Host: `${'a'.repeat(60)}.`.repeat(230) + field.next() }
      const ids = Array.from({ length: 400 }, () => field.sessionId())
      await field.repeat(20, async (worker) => {
        const id = ids[field.next() % ids.length] ?? ''
        const socket = await field.open(id, worker, { headers })
        if (!socket) return
        field.send(socket, field.frame(id, 'JOIN', field.joinArgs()))
        await new Promise((resolve) => setTimeout(resolve, 20))
        socket.leave()
      })
    },
  },
  crowd: {
    ...{ title: 'one address sends 4 MB/s on each connection', fields: ['SEND.args'] },
    fills: ['histories', 'backlogs'],
    run: async (field) => {
      const id = field.sessionId()
      const all = await joinAll(field, Array(ADDRESS_CONNECTIONS).fill(id), { user: null })
      const frame = frameOf(JSON.stringify({ action: 'PULSE', args: 'x'.repeat(MEGABYTE) }))
      await field.flood(all, () => frame)
    },
  },
  crowdSmall: {
    ...{ title: 'one address sends 500 messages/s on each connection', fields: ['SEND.args'] },
    fills: ['histories', 'backlogs'],
    run: async (field) => {
      const ids = Array.from({ length: ADDRESS_CONNECTIONS }, () => field.sessionId())
      const all = await joinAll(field, ids)
      const make = (index: number) => field.frame(ids[index] ?? '', 'SEND', [0, 0, 'x'])
      await field.flood(all, make, 500)
    },
  },
  viewer: {
    ...{ title: 'joins and leaves again on one connection', fields: [], fills: ['histories'] },
    run: async (field) => {
      const id = field.sessionId()
      const all = await joinAll(field, Array(50).fill(id))
      await field.flood(all, () =>
        field.frame(id, 'JOIN', field.joinArgs({ leaveDelay: field.next() })),
      )
    },
  },
}
