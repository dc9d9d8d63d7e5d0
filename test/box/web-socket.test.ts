// The cases of the Autobahn test suite for web sockets that concern a server of text.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { randomSessionId } from '../support/raw-client.ts'
import {
  closeFrame,
  encodeFrame,
  type FrameParts,
  OPCODE,
  RawWebSocket,
  upgradeRequest,
} from '../support/raw-web-socket.ts'
import { startBox, type TestBox } from '../support/start-box.ts'

const PROTOCOL_ERROR = 1002
const BAD_DATA = 1007
const TOO_LARGE = 1009
const PING = '{"action":"PING","args":{"n":1}}'
const MAX_FRAME_KB = 64

let box: TestBox
let client: RawWebSocket

beforeAll(async () => {
  box = await startBox({ BOX_MAX_FRAME_KB: String(MAX_FRAME_KB) })
})

afterEach(() => client?.destroy())

afterAll(async () => {
  expect(box.logLines.filter((line) => /"level":"(error|fatal)"/.test(line))).toEqual([])
  await box.stop()
})

async function open(more?: Uint8Array): Promise<RawWebSocket> {
  client = new RawWebSocket(box.port)
  await client.open(`/reflector/${randomSessionId()}`, more)
  return client
}

/** The text that answers a PING. */
async function pong(): Promise<string> {
  return (await client.next(OPCODE.text)).payload.toString()
}

const PONG = PING.replace('PING', 'PONG')

describe('a text', () => {
  test.each<[string, FrameParts]>([
    ['masked', { payload: PING }],
    [
      'with its length in three bytes, of which two are not needed',
      { payload: PING, lengthBytes: 3 },
    ],
    [
      'with its length in nine bytes, of which eight are not needed',
      { payload: PING, lengthBytes: 9 },
    ],
  ])('%s is taken', async (_what, parts) => {
    await open()
    client.send(parts)
    expect(await pong()).toBe(PONG)
  })

  test.each([125, 126, 127, 128, 65_535, 65_536])('of %i bytes is taken', async (bytes) => {
    await open()
    client.send({ payload: PING.padEnd(bytes) })
    expect(await pong()).toBe(PONG)
  })

  test('comes byte by byte, as it may', async () => {
    await open()
    for (const byte of encodeFrame({ payload: PING })) {
      client.write(Buffer.from([byte]))
      await new Promise(setImmediate)
    }
    expect(await pong()).toBe(PONG)
  })

  test('and many more in one packet are all taken, in order', async () => {
    await open()
    const pings = Array.from({ length: 50 }, (_, n) => PING.replace('1', String(n)))
    client.write(Buffer.concat(pings.map((payload) => encodeFrame({ payload }))))
    for (const ping of pings) expect(await pong()).toBe(ping.replace('PING', 'PONG'))
  })

  test('that is not masked is refused', async () => {
    await open()
    client.send({ payload: PING, isMasked: false })
    expect(await client.closeCode()).toBe(PROTOCOL_ERROR)
    await client.closed()
  })
})

describe('fragments', () => {
  test.each([2, 3, 10])('%i of one text are taken as a whole', async (count) => {
    await open()
    const size = Math.ceil(PING.length / count)
    for (let n = 0; n < count; n += 1) {
      const payload = PING.slice(n * size, (n + 1) * size)
      client.send({ opcode: n === 0 ? 1 : 0, payload, fin: n === count - 1 })
    }
    expect(await pong()).toBe(PONG)
  })

  test('may be empty', async () => {
    await open()
    client.send({ payload: '', fin: false })
    client.send({ opcode: 0, payload: PING, fin: false })
    client.send({ opcode: 0, payload: '' })
    expect(await pong()).toBe(PONG)
  })

  test('may have pings between them, which are answered at once', async () => {
    await open()
    client.send({ payload: PING.slice(0, 10), fin: false })
    client.send({ opcode: OPCODE.ping, payload: 'between' })
    expect((await client.next(OPCODE.pong)).payload.toString()).toBe('between')
    client.send({ opcode: 0, payload: PING.slice(10) })
    expect(await pong()).toBe(PONG)
  })

  test('may be cut in the middle of a character', async () => {
    await open()
    const text = Buffer.from('{"action":"PING","args":"κόσμε 🎉"}')
    for (const [n, byte] of text.entries()) {
      const fin = n === text.length - 1
      client.send({ opcode: n === 0 ? 1 : 0, payload: Buffer.from([byte]), fin })
    }
    expect(await pong()).toBe('{"action":"PONG","args":"κόσμε 🎉"}')
  })

  test.each<[string, readonly FrameParts[]]>([
    ['of nothing', [{ opcode: 0, payload: PING }]],
    ['of nothing, with more to come', [{ opcode: 0, payload: PING, fin: false }]],
    ['after the last one', [{ payload: PING }, { opcode: 0, payload: PING }]],
    [
      'with another text between them',
      [{ payload: PING.slice(0, 10), fin: false }, { payload: PING }],
    ],
    [
      'with bytes between them',
      [
        { payload: PING.slice(0, 10), fin: false },
        { opcode: OPCODE.binary, payload: PING },
      ],
    ],
  ])('%s are refused', async (_what, frames) => {
    await open()
    for (const frame of frames) client.send(frame)
    expect(await client.closeCode()).toBe(PROTOCOL_ERROR)
    await client.closed()
  })
})

describe('control frames', () => {
  test.each(['', 'payload', 'x'.repeat(125)])(
    'a ping is answered by a pong with "%s"',
    async (payload) => {
      await open()
      client.send({ opcode: OPCODE.ping, payload })
      expect((await client.next(OPCODE.pong)).payload.toString()).toBe(payload)
    },
  )

  test('a pong that nobody asked for is ignored', async () => {
    await open()
    client.send({ opcode: OPCODE.pong, payload: 'unasked' })
    client.send({ payload: PING })
    expect(await pong()).toBe(PONG)
  })

  test('a ping in the packet of the request is answered', async () => {
    await open(encodeFrame({ opcode: OPCODE.ping, payload: 'early' }))
    expect((await client.next(OPCODE.pong)).payload.toString()).toBe('early')
  })

  test('a text in the packet of the request is taken', async () => {
    await open(encodeFrame({ payload: PING }))
    expect(await pong()).toBe(PONG)
  })

  test.each<[string, FrameParts]>([
    ['a ping of 126 bytes', { opcode: OPCODE.ping, payload: 'x'.repeat(126) }],
    ['a pong of 126 bytes', { opcode: OPCODE.pong, payload: 'x'.repeat(126) }],
    ['a close of 126 bytes', { opcode: OPCODE.close, payload: `\x03\xe8${'x'.repeat(124)}` }],
    ['a ping in fragments', { opcode: OPCODE.ping, payload: 'x', fin: false }],
    ['a close in fragments', { opcode: OPCODE.close, fin: false }],
    ['a ping that is not masked', { opcode: OPCODE.ping, payload: 'x', isMasked: false }],
    ...[11, 12, 13, 14, 15].map((opcode): [string, FrameParts] => [
      `the unknown opcode ${opcode}`,
      { opcode },
    ]),
  ])('%s is refused', async (_what, parts) => {
    await open()
    client.send(parts)
    expect(await client.closeCode()).toBe(PROTOCOL_ERROR)
    await client.closed()
  })
})

describe('what frames may not have', () => {
  test.each([1, 2, 3, 4, 5, 6, 7])('the reserved bits %i', async (reserved) => {
    await open()
    client.send({ payload: PING, reserved })
    expect(await client.closeCode()).toBe(PROTOCOL_ERROR)
    await client.closed()
  })

  test.each([3, 4, 5, 6, 7])('the opcode %i', async (opcode) => {
    await open()
    client.send({ opcode, payload: PING })
    expect(await client.closeCode()).toBe(PROTOCOL_ERROR)
    await client.closed()
  })

  test.each([
    ['2^63', 2n ** 63n],
    ['2^64 - 1', 2n ** 64n - 1n],
    ['2^53', 2n ** 53n],
    ['2^32', 2n ** 32n],
    ['one more than may be', BigInt(MAX_FRAME_KB) * 1024n + 1n],
  ])('[FRAME8] a length of %s', async (_what, claimed) => {
    await open()
    client.send({ payload: 'x', claimed, lengthBytes: 9 })
    expect(await client.closeCode()).toBe(TOO_LARGE)
    await client.closed()
  })

  test('[FRAME8] fragments that are longer together than may be', async () => {
    await open()
    const payload = 'x'.repeat(MAX_FRAME_KB * 512)
    for (let n = 0; n < 3; n += 1) client.send({ opcode: n === 0 ? 1 : 0, payload, fin: false })
    expect(await client.closeCode()).toBe(TOO_LARGE)
    await client.closed()
  })
})

describe('text that is no UTF-8', () => {
  test.each([
    ['a byte that never is', [0xff]],
    ['a continuation of nothing', [0x80]],
    ['a character cut short', [0xce]],
    ['half of a pair', [0xed, 0xa0, 0x80]],
    ['a character beyond the last', [0xf4, 0x90, 0x80, 0x80]],
    ['a slash written too long', [0xc0, 0xaf]],
  ])('%s is refused', async (_what, bytes) => {
    await open()
    const payload = Buffer.concat([Buffer.from('{"args":"'), Buffer.from(bytes), Buffer.from('"}')])
    client.send({ payload })
    expect(await client.closeCode()).toBe(BAD_DATA)
    await client.closed()
  })

  test('is refused in fragments, too', async () => {
    await open()
    client.send({ payload: Buffer.from([0xce]), fin: false })
    client.send({ opcode: 0, payload: 'x' })
    expect(await client.closeCode()).toBe(BAD_DATA)
  })

  test('is refused as the reason of a close', async () => {
    await open()
    client.write(closeFrame(1000, Buffer.from([0xce, 0xba, 0xe1])))
    expect(await client.closeCode()).toBe(BAD_DATA)
  })
})

describe('a close', () => {
  test('is answered by a close with its code', async () => {
    await open()
    client.write(closeFrame(1000, 'bye'))
    expect(await client.closeCode()).toBe(1000)
    await client.closed()
  })

  test('without a code is answered, too', async () => {
    await open()
    client.send({ opcode: OPCODE.close })
    expect(await client.closeCode()).toBe(1005)
    await client.closed()
  })

  test.each([1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4110, 4999])(
    'may have the code %i',
    async (code) => {
      await open()
      client.write(closeFrame(code))
      expect(await client.closeCode()).toBe(code)
    },
  )

  test.each([0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999, 5000, 65_535])(
    'may not have the code %i',
    async (code) => {
      await open()
      client.write(closeFrame(code))
      expect(await client.closeCode()).toBe(PROTOCOL_ERROR)
    },
  )

  test('of one byte is refused', async () => {
    await open()
    client.send({ opcode: OPCODE.close, payload: 'x' })
    expect(await client.closeCode()).toBe(PROTOCOL_ERROR)
  })

  test('is the end: what comes behind it is not heard', async () => {
    await open()
    client.write(Buffer.concat([closeFrame(1000), encodeFrame({ payload: PING })]))
    await client.closed()
    expect(client.frames.map(({ opcode }) => opcode)).toEqual([OPCODE.close])
  })

  test('between fragments ends them', async () => {
    await open()
    client.send({ payload: PING.slice(0, 10), fin: false })
    client.write(closeFrame(1000))
    expect(await client.closeCode()).toBe(1000)
    await client.closed()
  })
})

describe('a request for a web socket', () => {
  test.each([
    ['of an older version', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Version: 7', 400],
    ['without a key', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n', '', 400],
    ['with a key that is too short', 'dGhlIHNhbXBsZSBub25jZQ==', 'c2hvcnQ=', 400],
    ['by POST', 'GET', 'POST', 405],
  ])('%s is refused', async (_what, part, other, status) => {
    client = new RawWebSocket(box.port)
    client.write(upgradeRequest(`/reflector/${randomSessionId()}`).replace(part, other))
    await client.until(() => client.head !== '')
    expect(client.head).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
  })

  test('that offers extensions gets none', async () => {
    client = new RawWebSocket(box.port)
    const extensions = 'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits'
    client.write(upgradeRequest(`/reflector/${randomSessionId()}`, extensions))
    await client.until(() => client.head !== '')
    expect(client.head).toContain('101 Switching Protocols')
    expect(client.head.toLowerCase()).not.toContain('sec-websocket-extensions')
  })
})
