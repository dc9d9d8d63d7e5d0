import { expect } from 'vitest'
import { MAX_CHUNK_UNITS } from '../../support/chunk-reader.ts'
import { type RawClient, randomSessionId } from '../../support/raw-client.ts'
import { reflect, withPayload } from '../reflected.ts'
import type { Rules } from '../rules.ts'
import type { Scene } from '../scene.ts'

/** Over the limit on frames from clients that a box has by default. */
const TOO_LONG = 2 * 1024 * 1024

export function describeFrames({ rule, differs }: Rules): void {
  rule(
    'FRAME1',
    'a frame is one JSON object with id, action and args; PONG has no id',
    async (scene) => {
      const client = await scene.member()
      await reflect(client, 'hello')
      await client.next('TICK')
      await client.ping()
      for (const frame of client.frames) {
        const { text, ...envelope } = frame
        const { action, args } = envelope
        const id = action === 'PONG' ? {} : { id: scene.sessionId }
        expect(envelope).toEqual({ ...id, action, args })
      }
    },
  )

  rule('FRAME2', 'a long frame comes in chunks', async (scene) => {
    const { client, messages } = await longSync(scene, 'x'.repeat(850_000))
    expect(messages).toEqual(Array(3).fill('x'.repeat(850_000)))
    const headers = chunkHeaders(client)
    const middle = headers.slice(1, -1)
    expect([headers.at(0), headers.at(-1)]).toEqual(['_CHUNK10', '_CHUNK01'])
    expect(new Set(middle)).toEqual(new Set(['_CHUNK00']))
    expectShortChunks(client)
  })

  differs(
    'FRAME3',
    'chunks are cut only between code points',
    async (scene) => {
      for (const text of surrogates()) {
        const { client, messages } = await longSync(scene, text)
        expect(messages).toEqual(Array(3).fill(text))
        expectShortChunks(client)
      }
    },
    async (scene) => {
      const broken = []
      for (const text of surrogates()) {
        const { messages } = await longSync(scene, text)
        if (messages.some((message) => message !== text)) broken.push(text)
      }
      expect(broken).toHaveLength(1)
    },
  )

  rule('FRAME4', 'a binary frame is taken as text', async (scene) => {
    const client = await scene.member()
    const envelope = { id: scene.sessionId, action: 'SEND', args: [0, 0, 'héllo 👋'] }
    client.sendRaw(Buffer.from(JSON.stringify(envelope)))
    await client.next('RECV', withPayload('héllo 👋'))
  })

  for (const text of ['', 'hello', '{"action":"PING"', '1', '"PING"', 'true']) {
    rule(
      'FRAME5',
      `no JSON, or a scalar, is closed with 4102: ${text || '(empty)'}`,
      async (scene) => {
        await expectClosed(scene, text, 4102)
      },
    )
  }

  const broken = [
    'null',
    '{"action":"SEND"}',
    '{"action":"SEND","args":null}',
    '{"action":"SEND","args":{"payload":"hi"}}',
    '{"action":"SEND","args":[0,0]}',
    '{"action":"TUTTI","args":null}',
    '{"action":"TUTTI","args":{"sendTime":1}}',
    '{"action":"SNAP","args":null}',
    '{"action":"TICKS"}',
    '{"action":"TICKS","args":null}',
  ]
  for (const text of broken) {
    rule('FRAME6', `null or broken args are closed with 4109: ${text}`, async (scene) => {
      await expectClosed(scene, text, 4109)
    })
  }

  rule('FRAME7', 'an unknown action, none at all, or an array is ignored', async (scene) => {
    const client = await scene.member()
    for (const text of ['{"action":"DANCE","args":[1]}', '{"action":7}', '{}', '[]', '["SEND"]']) {
      client.sendRaw(text)
    }
    await reflect(client, 'still here')
  })

  rule('FRAME8', 'a frame of a million bytes is taken', async (scene) => {
    const client = await scene.member()
    await reflect(client, 'x'.repeat(1_000_000))
  })

  differs(
    'FRAME8',
    'a frame over the limit is closed with 1009',
    async (scene) => {
      const client = await scene.member()
      client.send('SEND', [0, 0, 'x'.repeat(TOO_LONG)])
      expect(await client.closed()).toMatchObject({ code: 1009 })
    },
    async (scene) => {
      const client = await scene.member()
      await reflect(client, 'x'.repeat(TOO_LONG))
    },
  )
}

/** Three messages with this payload in a session of their own, as one who comes later gets them. */
async function longSync(
  scene: Scene,
  payload: string,
): Promise<{ client: RawClient; messages: unknown[] }> {
  const options = { sessionId: randomSessionId() }
  const talker = await scene.member({}, options)
  for (let sent = 0; sent < 3; sent += 1) await reflect(talker, payload)
  const client = await scene.connect(options)
  const { messages } = await client.join({ user: undefined })
  const texts = messages.map((message) => message[2]).filter((each) => typeof each === 'string')
  return { client, messages: texts }
}

function chunkHeaders(client: RawClient): string[] {
  return client.rawFrames
    .map((text) => text.slice(0, 8))
    .filter((start) => start.startsWith('_CHUNK'))
}

async function expectClosed(scene: Scene, text: string, code: number): Promise<void> {
  const client = await scene.member()
  client.sendRaw(text)
  expect(await client.closed()).toMatchObject({ code })
}

function expectShortChunks(client: RawClient): void {
  for (const text of client.rawFrames) {
    const content = text.replace(/^_CHUNK../, '')
    expect(content.length).toBeLessThanOrEqual(MAX_CHUNK_UNITS)
  }
}

/** Pairs of UTF-16 units at even and at odd places: a cut at a fixed place splits a pair in one of them. */
function surrogates(): string[] {
  const pairs = '👋'.repeat(220_000)
  return [pairs, `x${pairs}`]
}
