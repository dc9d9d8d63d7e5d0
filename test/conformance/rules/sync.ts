import { expect } from 'vitest'
import { randomSessionId } from '../../support/raw-client.ts'
import { nextUsers, reflect } from '../reflected.ts'
import type { Rules } from '../rules.ts'
import type { Scene } from '../scene.ts'

const INITIAL_SEQ = 0xfffffff0
/** So many messages of 16 KiB fill more than one chunk. */
const MANY = 80

export function describeSync({ rule, differs }: Rules): void {
  rule('SYNC2', 'a fresh session says so', async (scene) => {
    const client = await scene.connect()
    const sync = await client.join({ tove: 'secret' })
    expect(sync).toEqual({
      url: '',
      messages: [],
      time: expect.any(Number),
      seq: INITIAL_SEQ,
      tove: 'secret',
      reflector: expect.any(String),
      timeline: expect.stringMatching(/./),
      flags: {},
    })
  })

  rule('SYNC1', 'SYNC holds all messages as they were reflected, in order', async (scene) => {
    const client = await scene.member()
    await nextUsers(client)
    for (const payload of ['a', 'b', 'c']) await reflect(client, payload, { more: [1] }, 12.5)
    const { messages, seq } = await scene.look()
    expect(messages).toEqual(client.argsOf('RECV'))
    expect(seq).toBe(messages.at(-1)?.[1])
  })

  differs(
    'SYNC3',
    'messages come last',
    async (scene) => expect((await lastKeys(scene)).at(-1)).toBe('messages'),
    async (scene) => expect((await lastKeys(scene)).at(-1)).not.toBe('messages'),
  )

  rule('SYNC4', "tove is the first joiner's", async (scene) => {
    await scene.member({ tove: 'first' })
    const second = await scene.connect()
    expect(await second.join({ tove: 'second' })).toMatchObject({ tove: 'first' })
  })

  rule('SYNC7', 'flags are those asked for that the reflector supports', async (scene) => {
    const client = await scene.connect()
    const flags = { rawtime: true, microverse: true, dancing: true }
    expect((await client.join({ flags })).flags).toEqual({ rawtime: true, microverse: true })
    const second = await scene.connect()
    expect((await second.join({ flags: { rawtime: true } })).flags).toEqual({ rawtime: true })
  })

  rule('SYNC6', 'after SYNC comes what it does not hold, and nothing twice', async (scene) => {
    const talker = await scene.member({ ticks: { tick: 20 } })
    let count = 0
    const talking = setInterval(() => talker.send('SEND', [0, 0, `m${count++}`]), 5)
    try {
      for (let joiners = 0; joiners < 5; joiners += 1) {
        const told = talker.argsOf('RECV').at(-1)?.[0] ?? 0
        const joiner = await scene.connect()
        const { seq, time, messages } = await joiner.join()
        const { args: first } = await joiner.next('RECV')
        expect(first[1]).toBe((seq + 1) >>> 0)
        expect(time).toBeGreaterThanOrEqual(Math.max(told, messages.at(-1)?.[0] ?? 0))
      }
    } finally {
      clearInterval(talking)
    }
  })

  rule('SYNC5', 'a long history comes in chunks, whole', async (scene) => {
    const client = await scene.member()
    for (let sent = 0; sent < MANY; sent += 1) client.send('SEND', [0, 0, payload(sent)])
    await reflect(client, 'end')
    const joiner = await scene.connect()
    const { messages } = await joiner.join({ user: undefined })
    expect(joiner.rawFrames.length).toBeGreaterThan(1)
    expect(messages).toEqual(client.argsOf('RECV').slice(0, messages.length))
    expect(messages.map((message) => message[2])).toEqual(
      expect.arrayContaining(['end', ...Array.from({ length: MANY }, (_, sent) => payload(sent))]),
    )
  })

  rule('SYNC8', 'the timeline is the same for all while the session lives', async (scene) => {
    const { timeline } = await (await scene.connect()).join()
    expect(await scene.look()).toMatchObject({ timeline })
    const elsewhere = await scene.look({ sessionId: randomSessionId() })
    expect(elsewhere.timeline).not.toBe(timeline)
  })
}

async function lastKeys(scene: Scene): Promise<string[]> {
  const client = await scene.member({ tove: 'secret' })
  const sync = client.frames.find((frame) => frame.action === 'SYNC')
  return Object.keys((sync?.args ?? {}) as object)
}

function payload(sent: number): string {
  return `${sent}:`.padEnd(16_384, 'x')
}
