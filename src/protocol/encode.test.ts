import { expect, it } from 'vitest'
import {
  encodeInfo,
  encodePong,
  encodeRecv,
  encodeRequ,
  encodeSyncHead,
  encodeTick,
  SYNC_TAIL,
} from './encode.ts'

it('frames are JSON with id, action and args', () => {
  expect(encodeRecv('S', '[1,2,"x"]')).toBe('{"id":"S","action":"RECV","args":[1,2,"x"]}')
  expect(encodeTick('S', 7)).toBe('{"id":"S","action":"TICK","args":7}')
  expect(encodeRequ('S')).toBe('{"id":"S","action":"REQU"}')
  const info = { code: 'C', msg: 'm', options: { level: 'warning' } } as const
  expect(JSON.parse(encodeInfo('S', info))).toEqual({ id: 'S', action: 'INFO', args: info })
})

it('[PING1] PONG has no id', () => {
  expect(encodePong({ a: 1 })).toBe('{"action":"PONG","args":{"a":1}}')
  expect(encodePong(undefined)).toBe('{"action":"PONG"}')
})

it('SYNC has its messages last', () => {
  const flags = {}
  const head = encodeSyncHead('S', {
    url: '',
    time: 1,
    seq: 2,
    tove: undefined,
    reflector: 'box',
    timeline: 't',
    flags,
  })
  expect(head).toBe(
    '{"id":"S","action":"SYNC","args":{"url":"","time":1,"seq":2,"reflector":"box","timeline":"t","flags":{},"messages":[',
  )
  expect(JSON.parse(`${head}[1,2,"x"]${SYNC_TAIL}`).args.messages).toEqual([[1, 2, 'x']])
})
