import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { randomSessionId } from '../../test/support/raw-client.ts'
import { ReflectorBed, until } from '../../test/support/reflector-bed.ts'
import { StoreUnavailableError } from '../session/session-store.ts'

const S = randomSessionId()
const HERALD = { heraldUrl: 'https://herald.example/' }

let bed: ReflectorBed
beforeEach(async () => {
  bed = new ReflectorBed()
  await bed.open()
})
afterEach(() => bed.close())

async function member(name: string) {
  const client = await bed.connect(S)
  await client.join({ user: [name], ...HERALD })
  return client
}

describe('a herald', () => {
  it('[JOIN11] is told when what it is told of is committed', async () => {
    await member('a')
    const commit = bed.store.commit.bind(bed.store)
    bed.store.commit = () => Promise.reject(new StoreUnavailableError('its disk is full'))
    bed.clock.advanceTo(200)
    await until(() => bed.logged('store-failing').length > 0)
    expect(bed.heralded).toEqual([])
    bed.store.commit = commit
    bed.clock.advanceTo(5000)
    await until(() => bed.heralded.length > 0)
    expect(bed.heralded).toMatchObject([[S, { all: [['a']], joined: [['a']], left: [] }, {}]])
  })

  it('[JOIN12] that could not be told is reported to all who are in the session', async () => {
    const [a, b] = [await member('a'), await member('b')]
    bed.clock.advanceTo(200)
    await until(() => bed.heralded.length > 0)
    const onFailure = bed.heralded[0]?.[2]
    onFailure?.({ text: 'It was not told.', level: 'error' })
    const info = { code: 'HERALDING_FAILED', msg: 'It was not told.', options: { level: 'error' } }
    expect((await a.next('INFO')).args).toEqual(info)
    expect((await b.next('INFO')).args).toEqual(info)
  })

  it('[JOIN12] that fails when everybody is gone troubles nobody', async () => {
    const a = await member('a')
    bed.clock.advanceTo(200)
    await until(() => bed.heralded.length > 0)
    const onFailure = bed.heralded[0]?.[2]
    await a.close()
    await until(() => bed.logged('end').length > 0)
    while ([...bed.reflector.sessions()].length > 0) {
      bed.clock.advanceTo(bed.clock.elapsed + 1000)
      await new Promise(setImmediate)
    }
    expect(() => onFailure?.({ text: 'It was not told.', level: 'error' })).not.toThrow()
    expect(bed.failures).toEqual([])
  })
})
