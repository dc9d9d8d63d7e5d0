import type { Attack } from './attack.ts'
import { frameOf, OPCODE } from './attack-socket.ts'
import type { Battlefield } from './battlefield.ts'
import { joinAll } from './member-attacks.ts'

const CONNECTIONS = 20
const ADDRESS_CONNECTIONS = 400
const MEGABYTE = 1_000_000

async function members(field: Battlefield, many: number) {
  const id = field.sessionId()
  return { id, all: await joinAll(field, Array(many).fill(id)) }
}

/** What is below the protocol: frames, fragments, control frames, sockets that are not read. */
export const socketAttacks: Readonly<Record<string, Attack>> = {
  binary: {
    ...{ title: 'binary frames', fields: [], fills: ['histories', 'backlogs'] },
    run: async (field) => {
      const { id, all } = await members(field, CONNECTIONS)
      const text = JSON.stringify({ id, action: 'SEND', args: [0, 0, 'x'.repeat(MEGABYTE)] })
      const frame = frameOf(text, OPCODE.binary)
      await field.flood(all, () => frame)
    },
  },
  noise: {
    ...{ title: 'frames that are no JSON, and reconnecting', fields: [], fills: [] },
    run: async (field) => {
      const frame = frameOf('x'.repeat(4_000_000))
      await field.repeat(CONNECTIONS, async () => {
        const socket = await field.open(field.sessionId())
        if (socket) await field.flood([socket], () => frame)
      })
    },
  },
  beforeJoin: {
    ...{ title: 'long frames before JOIN', fields: [], fills: ['unfinished'] },
    run: async (field) => {
      const sockets = await Promise.all(
        Array.from({ length: 200 }, () => field.open(field.sessionId())),
      )
      const args = 'x'.repeat(100_000)
      const frame = frameOf(JSON.stringify({ action: 'PULSE', args }))
      await field.flood(sockets, () => frame)
      await field.wait()
    },
  },
  unfinished: {
    ...{ title: 'frames that never end', fields: [], fills: ['unfinished'] },
    run: async (field) => {
      const { all } = await members(field, ADDRESS_CONNECTIONS)
      const part = Buffer.concat([
        frameOf('{"action":"PULSE","args":"', OPCODE.text, { fin: false }),
        frameOf('x'.repeat(4_100_000), OPCODE.continuation, { fin: false }),
      ])
      for (const socket of all) {
        if (socket) field.send(socket, part)
        await new Promise((resolve) => setTimeout(resolve, 2))
        if (field.isOver) break
      }
      // It is alive all the same: control frames may come between fragments.
      const pong = frameOf('', OPCODE.pong)
      await field.flood(all, () => pong, 0.1)
      await field.wait()
    },
  },
  fragments: {
    ...{ title: 'frames in as many fragments as there can be', fields: [], fills: ['unfinished'] },
    run: async (field) => {
      const { all } = await members(field, 100)
      const part = frameOf('x'.repeat(200), OPCODE.continuation, { fin: false })
      const many = Buffer.concat([
        frameOf('{"action":"PULSE","args":"', OPCODE.text, { fin: false }),
        ...Array(16_000).fill(part),
      ])
      for (const socket of all) if (socket) field.send(socket, many)
      await field.wait()
    },
  },
  pings: {
    ...{ title: 'web-socket pings, no pong is read', fields: [], fills: ['backlogs'] },
    run: async (field) => {
      const { all } = await members(field, 100)
      for (const socket of all) socket?.socket.pause()
      const ping = frameOf('p'.repeat(125), OPCODE.ping)
      const burst = Buffer.concat(Array(50).fill(ping))
      await field.flood(all, () => burst)
    },
  },
  deaf: {
    ...{ title: 'members that read nothing', fields: ['SEND.args'] },
    fills: ['histories', 'backlogs'],
    run: async (field) => {
      const ids = Array.from({ length: 40 }, () => field.sessionId())
      const all = await joinAll(field, ids)
      const deaf = await joinAll(field, [...ids, ...ids, ...ids, ...ids, ...ids])
      for (const socket of deaf) socket?.socket.pause()
      const make = (index: number) =>
        field.frame(ids[index] ?? '', 'SEND', [0, 0, 'x'.repeat(MEGABYTE)])
      await field.flood(all, make)
    },
  },
}
