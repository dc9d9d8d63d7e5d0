import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { randomSessionId } from '../../test/support/raw-client.ts'
import { ReflectorBed } from '../../test/support/reflector-bed.ts'

const S = randomSessionId()

let bed: ReflectorBed
beforeEach(async () => {
  bed = new ReflectorBed()
  await bed.open()
})
afterEach(() => bed.close())

describe('what is refused', () => {
  it('[FRAME5, FRAME6, JOIN8] each refused message closes its connection alone, with one log line', async () => {
    const a = await bed.member(S, 'a')
    const bad: Array<[string, number]> = [
      ['nonsense', 4102],
      ['null', 4109],
      ['{"action":"SNAP","args":{"time":1,"seq":1,"hash":"h","url":"u"}}', 4000],
      ['{"action":"TUTTI","args":[0,0,"x",null,false,null,"k"]}', 4000],
      ['{"action":"TICKS","args":{"tick":5}}', 4000],
      ['{"action":"SAVE","args":{"url":"u"}}', 4000],
      ['{"action":"SEND"}', 4109],
    ]
    for (const [frame, code] of bad) {
      const client = await bed.connect(S)
      client.sendRaw(frame)
      expect((await client.closed()).code).toBe(code)
    }
    expect(bed.logged('refused').map((line) => line.code)).toEqual(bad.map(([, code]) => code))
    expect(bed.logged('refused').every((line) => line.level === 'warn' && line.connection)).toBe(
      true,
    )
    expect(a.isOpen).toBe(true)
  })

  it('[FRAME8] a frame over the limit closes with 1009', async () => {
    const a = await bed.connect(S)
    a.sendRaw('x'.repeat(100_001))
    expect((await a.closed()).code).toBe(1009)
    expect(bed.logged('socket-error')).toHaveLength(1)
  })

  it('[CON1] a path that ends in no session id is closed with 4100', async () => {
    for (const id of ['', 'short', `${S}x`]) {
      const client = await bed.connect(id)
      expect((await client.closed()).code).toBe(4100)
    }
  })
})

it('[CLOSE3] draining commits everything, closes with 4003, and leaves no timer', async () => {
  const a = await bed.member(S, 'a', { ticks: { tick: 1000, delay: 500 } })
  await bed.elapse(1100)
  a.send('SEND', [0, 0, 'held back'])
  await a.ping()
  const [drained, closed] = await Promise.all([bed.reflector.drain(), a.closed()])
  expect([drained, closed.code]).toEqual([undefined, 4003])
  expect(bed.clock.pending).toBe(0)
  const { session } = await bed.store.load(S, undefined, undefined)
  expect(session?.messages.map((run) => run.text).join()).toContain('held back')
})
