import { describe, expect, it } from 'vitest'
import { MAX_CLOSE_REASON_BYTES, ProtocolError } from './close-code.ts'
import { decode } from './decode.ts'
import type { Join } from './messages.ts'

const JOIN = { version: 1, apiKey: 'none' }

function text(action: unknown, args?: unknown, tags?: unknown): string {
  return JSON.stringify({ id: 'S', action, args, tags })
}

function refusal(frame: string): ProtocolError {
  try {
    decode(frame)
  } catch (error) {
    if (error instanceof ProtocolError) return error
    throw error
  }
  throw new Error(`not refused: ${frame}`)
}

describe('what is refused', () => {
  const table: Array<[string, string, number]> = [
    ['no JSON', 'hello', 4102],
    ['an empty frame', '', 4102],
    ['half a frame', '{"action":"SEND","args":[0', 4102],
    ['a number', '42', 4102],
    ['a string', '"SEND"', 4102],
    ['null', 'null', 4109],
    ['SEND with 101 parts', text('SEND', [0, 0, ...Array(99).fill('x')]), 4109],
    [
      'TUTTI with 101 parts first',
      text('TUTTI', [1, 0, 'p', Array(101).fill('x'), null, null, 'k']),
      4109,
    ],
    ['JOIN with a number', text('JOIN', 1), 4100],
    ['JOIN without version', text('JOIN', { apiKey: 'none' }), 4100],
    ['JOIN with version 0', text('JOIN', { ...JOIN, version: 0 }), 4100],
    ['JOIN without API key', text('JOIN', { version: 1 }), 4103],
    ['JOIN without args', text('JOIN'), 4109],
    ['JOIN with an array', text('JOIN', []), 4100],
    ['JOIN with a string', text('JOIN', 'x'), 4100],
    ['JOIN with a number as name', text('JOIN', { ...JOIN, name: 1 }), 4109],
    ['JOIN with an object as appId', text('JOIN', { ...JOIN, appId: {} }), 4109],
    ['JOIN with a string as leave delay', text('JOIN', { ...JOIN, leaveDelay: '9' }), 4109],
    ['JOIN with an array as ticks', text('JOIN', { ...JOIN, ticks: [] }), 4109],
    [
      'JOIN with a huge tick',
      `{"action":"JOIN","args":{"version":1,"apiKey":"","ticks":{"tick":1e999}}}`,
      4109,
    ],
    ['SEND without args', text('SEND'), 4109],
    ['SEND with an object', text('SEND', {}), 4109],
    ['SEND with a string', text('SEND', 'abc'), 4109],
    ['SEND without payload', text('SEND', [0, 0]), 4109],
    ['SEND with null as payload', text('SEND', [0, 0, null]), 4109],
    ['SEND with a string as tags', text('SEND', [0, 0, 'x'], 'tags'), 4109],
    ['SEND with a string as debounce', text('SEND', [0, 0, 'x'], { debounce: 'x' }), 4109],
    ['TUTTI with an object', text('TUTTI', {}), 4109],
    ['TUTTI without key', text('TUTTI', [0, 0, 'x', null, false, null]), 4109],
    [
      'TUTTI with a string as first message',
      text('TUTTI', [0, 0, 'x', 'y', false, null, 'k']),
      4109,
    ],
    [
      'JSON as deep as a well',
      `{"action":"PING","args":${'['.repeat(101)}${']'.repeat(101)}}`,
      4109,
    ],
    ['SNAP without args', text('SNAP', null), 4109],
    ['SNAP without url', text('SNAP', { time: 1, seq: 1, hash: 'h' }), 4109],
    ['SNAP with a negative seq', text('SNAP', { time: 1, seq: -1, hash: 'h', url: 'u' }), 4109],
    ['SNAP with a huge seq', text('SNAP', { time: 1, seq: 2 ** 32, hash: 'h', url: 'u' }), 4109],
    ['SAVE with a number as url', text('SAVE', { url: 1 }), 4109],
    ['TICKS without args', text('TICKS'), 4109],
    ['TICKS with a string as scale', text('TICKS', { scale: '2' }), 4109],
    ['SEEN without args', text('SEEN'), 4109],
    ['SEEN with a string', text('SEEN', '1'), 4109],
    ['SEEN with half a number', text('SEEN', 1.5), 4109],
  ]
  it.each(table)('%s closes with its code', (_what, frame, code) => {
    expect(refusal(frame).closeCode).toBe(code)
  })

  it('every reason fits into a close frame', () => {
    for (const [, frame] of table) {
      expect(Buffer.byteLength(refusal(frame).message)).toBeLessThanOrEqual(MAX_CLOSE_REASON_BYTES)
    }
  })
})

describe('what is unknown', () => {
  it.each([
    ['an action nobody knows', text('DANCE'), 'DANCE'],
    ['a missing action', '{}', 'undefined'],
    ['an array', '[1,2]', 'undefined'],
    ['a number as action', text(7), '7'],
    ['a name from the prototype', text('constructor'), 'constructor'],
    ['__proto__', '{"action":"__proto__"}', '__proto__'],
  ])('%s is told by its name', (_what, frame, name) => {
    expect(decode(frame)).toEqual({ action: 'unknown', name })
  })
})

describe('JOIN', () => {
  it('[JOIN13] may say that the session is not to be kept, unless it is of an app', () => {
    const isFleeting = (args: object) =>
      (decode(text('JOIN', { ...JOIN, fleeting: true, ...args })) as Join).isFleeting
    expect([isFleeting({}), isFleeting({ fleeting: 0 })]).toEqual([true, false])
    expect([isFleeting({ appId: 'org.app' }), isFleeting({ persistentId: '' })]).toEqual([
      false,
      false,
    ])
  })

  it('needs nothing but version and API key', () => {
    expect(decode(text('JOIN', JOIN))).toEqual({
      action: 'JOIN',
      ...{ name: '', appId: undefined, persistentId: undefined, pageUrl: '', user: undefined },
      ...{
        ticks: {},
        tove: undefined,
        leaveDelay: 0,
        flags: {},
        heraldUrl: undefined,
        isFleeting: false,
        about: {},
      },
    })
  })

  it('takes the app id off the name', () => {
    const args = { ...JOIN, appId: 'org.app', name: 'org.app/main' }
    expect(decode(text('JOIN', args))).toMatchObject({ name: 'main', appId: 'org.app' })
  })

  it.each([{ user: 'u' }, { user: ['u'] }, { user: { id: 'u', data: 'x' } }])(
    'keeps %o as it is',
    ({ user }) => {
      expect(decode(text('JOIN', { ...JOIN, user }))).toMatchObject({ user })
    },
  )

  it('knows only the flags that the reflector supports', () => {
    const flags = { rawtime: true, microverse: false, other: true }
    expect(decode(text('JOIN', { ...JOIN, flags }))).toMatchObject({ flags: { rawtime: true } })
  })

  it('limits the leave delay', () => {
    expect(decode(text('JOIN', { ...JOIN, leaveDelay: -5 }))).toMatchObject({ leaveDelay: 0 })
    expect(decode(text('JOIN', { ...JOIN, leaveDelay: 1e300 }))).toMatchObject({
      leaveDelay: 120_000,
    })
  })

  it('is not confused by fields named like the prototype', () => {
    const frame = `{"action":"JOIN","args":{"version":1,"apiKey":null,"__proto__":{"name":"x"},"flags":{"__proto__":{"rawtime":true}}}}`
    expect(decode(frame)).toMatchObject({ name: '', flags: {} })
  })
})

describe('SEND', () => {
  it('keeps whatever stands behind the payload', () => {
    expect(decode(text('SEND', [1, 2, 'p', { a: [1] }, 33]))).toEqual({
      action: 'SEND',
      message: { payload: '"p"', rest: ['{"a":[1]}', '33'] },
      tags: undefined,
      latency: 33,
    })
  })

  it.each([0, -3, 60_000, 'x', null])('%o at the end is no latency', (last) => {
    expect(decode(text('SEND', [1, 2, 'p', last]))).toMatchObject({ latency: undefined })
  })

  it('has a hundred parts at most', () => {
    const args = [0, 0, ...Array<string>(98).fill('x')]
    expect(decode(text('SEND', args))).toMatchObject({ message: { rest: Array(97).fill('"x"') } })
  })

  it('has tags only if they limit something', () => {
    expect(decode(text('SEND', [1, 2, 'p'], { debounce: 5, msgID: 'm' }))).toMatchObject({
      tags: { debounce: 5, msgID: 'm' },
    })
    expect(decode(text('SEND', [1, 2, 'p'], { msgID: 'm' }))).toMatchObject({ tags: undefined })
    expect(decode(text('SEND', [1, 2, 'p'], null))).toMatchObject({ tags: undefined })
    expect(decode(text('SEND', [1, 2, 'p'], { debounce: 1e300 }))).toMatchObject({
      tags: { debounce: 600_000 },
    })
  })
})

it('TUTTI takes a vote for nothing', () => {
  const payloadOf = (payload: unknown) =>
    (decode(text('TUTTI', [0, 0, payload, null, false, null, 'k'])) as { payload: string }).payload
  expect([payloadOf('x'), payloadOf(null), payloadOf(1)]).toEqual(['x', 'null', '1'])
})

it('PING keeps its args, whatever they are', () => {
  for (const args of [undefined, null, 5, 'x', { a: 1 }, [1]]) {
    expect(decode(text('PING', args))).toEqual({ action: 'PING', args })
  }
})

it('LOG is text, whatever was sent', () => {
  expect(decode(text('LOG', 'hello'))).toEqual({ action: 'LOG', text: 'hello' })
  expect(decode(text('LOG', { a: 1 }))).toEqual({ action: 'LOG', text: '{"a":1}' })
  expect(decode(text('LOG'))).toEqual({ action: 'LOG', text: 'undefined' })
})

it('JOIN keeps text that is whole: half a character becomes a replacement, as it does when it is stored', () => {
  expect(decode(text('JOIN', { ...JOIN, name: 'a\ud800b' }))).toMatchObject({ name: 'a\ufffdb' })
})
