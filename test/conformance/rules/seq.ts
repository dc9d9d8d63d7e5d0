import { expect } from 'vitest'
import { reflect } from '../reflected.ts'
import type { Rules } from '../rules.ts'
import { snapArgs, snapshotPath } from '../scene.ts'

const FIRST_SEQ = 0xfffffff1
/** Enough to meet the wrap, which comes with the 16th message. */
const PAST_WRAP = 20

export function describeSeq({ rule }: Rules): void {
  rule(
    'SEQ1',
    'the first message has 0xFFFFFFF1, each one more than the one before',
    async (scene) => {
      const client = await scene.member()
      for (const payload of ['a', 'b', 'c']) await reflect(client, payload)
      const seqs = client.argsOf('RECV').map((message) => message[1])
      expect(seqs).toEqual(seqs.map((_, index) => FIRST_SEQ + index))
    },
  )

  rule('SEQ2', 'seq wraps to zero', async (scene) => {
    const client = await scene.member()
    for (let sent = 0; sent < PAST_WRAP; sent += 1) await reflect(client, `m${sent}`)
    const seqs = client.argsOf('RECV').map((message) => message[1])
    expect(seqs).toEqual(seqs.map((_, index) => (FIRST_SEQ + index) % 2 ** 32))
    expect(seqs).toContain(0)
    expect((await scene.look()).seq).toBe(seqs.at(-1))
  })

  rule('SEQ3', 'messages after the wrap are after a snapshot before it', async (scene) => {
    const client = await scene.member()
    for (let sent = 0; sent < PAST_WRAP; sent += 1) await reflect(client, `m${sent}`)
    const messages = client.argsOf('RECV')
    const [time, seq] = messages.find((message) => message[1] === 0xfffffffe) ?? [0, 0]
    const url = await scene.upload(snapshotPath(scene.sessionId, time, seq))
    client.send('SNAP', snapArgs(time, seq, url))
    const sync = await scene.lookUntil((told) => told.url !== '')
    expect(sync.messages.map((message) => message[1]).slice(0, 4)).toEqual([0xffffffff, 0, 1, 2])
  })
}
