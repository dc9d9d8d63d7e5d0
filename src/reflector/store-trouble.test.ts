import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { randomSessionId } from '../../test/support/raw-client.ts'
import { ReflectorBed, textsOf, until } from '../../test/support/reflector-bed.ts'
import { StoreUnavailableError } from '../session/session-store.ts'

const S = randomSessionId()

let bed: ReflectorBed
beforeEach(async () => {
  bed = new ReflectorBed()
  await bed.open()
})
afterEach(() => bed.close())

describe('while nothing can be stored', () => {
  let commit: typeof bed.store.commit

  beforeEach(() => {
    commit = bed.store.commit
  })

  function failStore(): void {
    bed.store.commit = () => Promise.reject(new StoreUnavailableError('its disk is full'))
  }

  async function mendStore(): Promise<void> {
    bed.store.commit = commit
    await bed.elapse(500)
  }

  it('[STORE1] what clients send waits, and is reflected in order when it can be', async () => {
    const [a, b] = [await bed.member(S, 'a'), await bed.member(S, 'b')]
    await bed.elapse(300)
    failStore()
    for (const text of ['one', 'two', 'three']) {
      a.send('SEND', [0, 0, text])
      b.send('SEND', [0, 0, `${text} of b`])
    }
    await until(() => bed.reflector.missing().length > 0, 'stalled')
    await bed.elapse(60_000)
    expect(textsOf(a)).not.toContain('one')
    await mendStore()
    await a.next('RECV', (args) => args[2] === 'three')
    await a.next('RECV', (args) => args[2] === 'three of b')
    expect(textsOf(a).filter((text) => !String(text).endsWith('b'))).toEqual([
      'one',
      'two',
      'three',
    ])
    expect(bed.failures).toEqual([])
  })

  it('[STORE1] teatime stands still', async () => {
    const a = await bed.member(S, 'a')
    await bed.elapse(300)
    failStore()
    a.send('SEND', [0, 0, 'before'])
    await until(() => bed.reflector.missing().length > 0, 'stalled')
    await bed.elapse(3_600_000)
    await mendStore()
    const { args } = await a.next('RECV', (message) => message[2] === 'before')
    a.send('SEND', [0, 0, 'after'])
    const after = await a.next('RECV', (message) => message[2] === 'after')
    expect(after.args[0] - args[0]).toBeLessThan(2000)
  })

  it('[STORE2] users are told when it lasts, again every 30 s, and when it is over', async () => {
    const a = await bed.member(S, 'a')
    await bed.elapse(300)
    failStore()
    a.send('SEND', [0, 0, 'waits'])
    await until(() => bed.reflector.missing().length > 0, 'stalled')
    await bed.elapse(1900)
    expect(a.argsOf('INFO')).toEqual([])
    await bed.elapse(200)
    const told = await a.next('INFO')
    expect(told.args).toMatchObject({
      code: 'STORE_FAILING',
      msg: expect.stringContaining('its disk is full'),
    })
    await bed.elapse(30_000)
    await a.next('INFO')
    await mendStore()
    expect((await a.next('INFO')).args).toMatchObject({ code: 'STORE_WORKS' })
    expect(bed.logged('store-failing')).toHaveLength(1)
    expect(bed.logged('store-works')).toHaveLength(1)
  })

  it('[STORE3] nobody new is let in until it can be', async () => {
    const a = await bed.member(S, 'a')
    failStore()
    a.send('SEND', [0, 0, 'waits'])
    await until(() => bed.reflector.missing().length > 0, 'stalled')
    await expect(bed.connect(S)).rejects.toThrow('503')
    await mendStore()
    await a.next('RECV', (args) => args[2] === 'waits')
    expect(bed.reflector.missing()).toEqual([])
    await bed.member(S, 'c')
  })

  it('[STORE4] who goes on sending is not read from', async () => {
    const a = await bed.member(S, 'a')
    await bed.elapse(300)
    failStore()
    a.send('SEND', [0, 0, 'first'])
    await until(() => bed.reflector.missing().length > 0, 'stalled')
    const text = 'x'.repeat(90_000)
    for (let count = 0; count < 300; count++) a.send('SEND', [0, 0, `${count}${text}`])
    await bed.elapse(1000)
    expect(a.backlog).toBeGreaterThan(10_000_000)
    await mendStore()
    await a.next('RECV', (args) => String(args[2]).startsWith('299x'))
    expect(textsOf(a).filter((each) => String(each).endsWith('x'))).toHaveLength(300)
  })

  it('is told by the readiness of the reflector when a commit does not end', async () => {
    const a = await bed.member(S, 'a')
    await bed.elapse(300)
    const { promise, resolve } = Promise.withResolvers<void>()
    bed.store.commit = () => promise
    a.send('SEND', [0, 0, 'waits'])
    await a.ping()
    await bed.elapse(4000)
    expect(bed.reflector.missing()).toEqual([
      'the box cannot store anything: its disk does not answer',
    ])
    bed.store.commit = commit
    resolve()
    await a.next('RECV', (args) => args[2] === 'waits')
    expect(bed.reflector.missing()).toEqual([])
  })

  it('a box that stops tries once more, then gives up', async () => {
    const a = await bed.member(S, 'a')
    await bed.elapse(300)
    failStore()
    a.send('SEND', [0, 0, 'waits'])
    await until(() => bed.reflector.missing().length > 0, 'stalled')
    await bed.reflector.drain()
    expect(bed.failures).toEqual([new StoreUnavailableError('its disk is full')])
    expect(bed.clock.pending).toBe(0)
  })
})

it('a message that cannot be committed is shown to nobody', async () => {
  const a = await bed.member(S, 'a')
  await bed.elapse(300)
  await a.ping()
  bed.store.commit = () => Promise.reject(new Error('disk full'))
  a.send('SEND', [0, 0, 'lost'])
  await until(() => bed.failures.length > 0, 'told')
  expect(a.argsOf('RECV').map((args) => args[2])).not.toContain('lost')
})
