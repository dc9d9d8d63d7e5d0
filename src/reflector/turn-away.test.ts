import { afterEach, beforeEach, expect, it } from 'vitest'
import { type RawClient, randomSessionId } from '../../test/support/raw-client.ts'
import { ReflectorBed } from '../../test/support/reflector-bed.ts'

const REFUSAL = {
  statusCode: 403,
  message: 'this box is not for you: ask its admin',
  closeReason: 'This box is not for you. Ask its admin.',
}
const BY_PAGE = { headers: { origin: 'https://school.example' } }
const MOST_OF_ADDRESS = 10
const MOST = 100

let bed: ReflectorBed

beforeEach(async () => {
  bed = new ReflectorBed({ unjoined: 40 })
  await bed.open()
})
afterEach(() => bed.close())

function ask(options: object = BY_PAGE): Promise<RawClient> {
  return bed.connect(randomSessionId(), options)
}

it('[CLOSE6] a page that is refused is told why by a close, and nothing that it sends is read', async () => {
  bed.refusal = REFUSAL
  const client = await ask()
  client.send('JOIN', { version: 1 })
  expect(await client.closed()).toEqual({ code: 4103, reason: REFUSAL.closeReason })
  expect(client.frames).toEqual([])
  expect(bed.log).toEqual([])
})

it('[CLOSE6] a program is answered by HTTP, and so is a page that had better try again', async () => {
  bed.refusal = REFUSAL
  await expect(ask({})).rejects.toThrow('403')
  bed.refusal = { statusCode: 503, message: 'try again soon' }
  await expect(ask()).rejects.toThrow('503')
})

it('[CLOSE6] only so many of an address are told in a second, and only so many of all', async () => {
  bed.refusal = REFUSAL
  const clients: RawClient[] = []
  for (let told = 0; told < MOST_OF_ADDRESS; told += 1) clients.push(await ask())
  // That those are gone makes no room: each has cost a handshake.
  await Promise.all(clients.map((client) => client.closed()))
  await expect(ask()).rejects.toThrow('403')
  for (let told = MOST_OF_ADDRESS; told < MOST; told += 1) {
    bed.address = `10.0.1.${Math.floor(told / MOST_OF_ADDRESS)}`
    await ask()
  }
  bed.address = '10.0.2.1'
  await expect(ask()).rejects.toThrow('403')
  await bed.elapse(1000)
  expect(await (await ask()).closed()).toMatchObject({ code: 4103 })
})

it('[CLOSE6] [LIMIT11] while many come to join, refused pages are answered by HTTP', async () => {
  for (let idle = 0; idle < 20; idle += 1) await ask({})
  bed.refusal = REFUSAL
  await expect(ask()).rejects.toThrow('403')
})

it('[CLOSE6] one that does not go is cut after a second', async () => {
  bed.refusal = REFUSAL
  const client = await ask()
  client.pause()
  await bed.elapse(1000)
  client.resume()
  expect(await client.closed()).toMatchObject({ code: 4103 })
})
