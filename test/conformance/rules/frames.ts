import { expect } from 'vitest'
import { MAX_CHUNK_UNITS } from '../../support/chunk-reader.ts'
import type { RawClient } from '../../support/raw-client.ts'
import { reflect, withPayload } from '../reflected.ts'
import type { Rules } from '../rules.ts'
import type { Scene } from '../scene.ts'

/** Over the limit on frames from clients that a box has by default. */
const TOO_LONG = 5 * 1024 * 1024

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
    const client = await scene.connect()
    const args = 'x'.repeat(2_500_000)
    client.send('PING', args)
    const { args: echo } = await client.next('PONG')
    expect(echo).toBe(args)
    expect(client.rawFrames.map((text) => text.slice(0, 8))).toEqual([
      '_CHUNK10',
      '_CHUNK00',
      '_CHUNK01',
    ])
    expectShortChunks(client)
  })

  differs(
    'FRAME3',
    'chunks are cut only between code points',
    async (scene) => {
      const client = await scene.connect()
      for (const text of surrogates()) {
        client.send('PING', text)
        expect((await client.next('PONG')).args).toBe(text)
      }
      expectShortChunks(client)
    },
    async (scene) => {
      const client = await scene.connect()
      const broken = []
      for (const text of surrogates()) {
        client.send('PING', text)
        if ((await client.next('PONG')).args !== text) broken.push(text)
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

  rule('FRAME8', 'a frame of a mebibyte is taken', async (scene) => {
    const client = await scene.connect()
    const args = 'x'.repeat(1024 * 1024)
    client.send('PING', args)
    expect((await client.next('PONG')).args).toBe(args)
  })

  differs(
    'FRAME8',
    'a frame over the limit is closed with 1009',
    async (scene) => {
      const client = await scene.connect()
      client.send('PING', 'x'.repeat(TOO_LONG))
      expect(await client.closed()).toMatchObject({ code: 1009 })
    },
    async (scene) => {
      const client = await scene.connect()
      const args = 'x'.repeat(TOO_LONG)
      client.send('PING', args)
      expect((await client.next('PONG')).args).toBe(args)
    },
  )
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
  const pairs = '👋'.repeat(600_000)
  return [pairs, `x${pairs}`]
}
