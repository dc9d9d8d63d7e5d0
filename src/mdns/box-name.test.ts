import { beforeEach, describe, expect, test } from 'vitest'
import { ManualClock } from '../../test/support/manual-clock.ts'
import { BoxName, type BoxNameParts } from './box-name.ts'
import type { Network, Publication, ResponderObserver } from './ports.ts'

const LOOK_MS = 15_000
const WIFI: Network = { name: 'wlan0', addresses: ['192.168.1.20'] }
const CABLE: Network = { name: 'eth0', addresses: ['10.0.0.4', 'fd00::4'] }

/** One that was started; its network is played by the test. */
interface FakeResponder {
  readonly publication: Publication
  readonly observer: ResponderObserver
  isClosed: boolean
}

let clock: ManualClock
let networks: readonly Network[]
let started: FakeResponder[]
let logged: string[]
let named: string[]
let ownName: string | undefined
let name: BoxName

beforeEach(() => {
  clock = new ManualClock()
  networks = [WIFI]
  started = []
  logged = []
  named = []
  ownName = undefined
  name = new BoxName(parts())
})

function parts(): BoxNameParts {
  const note = (fields: object) => void logged.push((fields as { event: string }).event)
  return {
    ...{ base: 'croquet', port: 8888, onlyAddress: undefined, isIpv6: true },
    networks: () => networks,
    start: (publication, observer) => {
      const responder: FakeResponder = { publication, observer, isClosed: false }
      started.push(responder)
      return {
        close: async () => {
          responder.isClosed = true
        },
      }
    },
    isOwn: async (each) => each === ownName,
    onName: (each) => void named.push(each),
    timers: clock,
    log: { notice: note, warn: note },
  }
}

/** The responder that is to be started next, or just was. */
async function responder(count: number): Promise<FakeResponder> {
  await expect.poll(() => started.length, { interval: 1 }).toBe(count)
  return started.at(-1) as FakeResponder
}

/** All that was to be done at once is done. */
const settle = () => new Promise((resolve) => setImmediate(resolve))

async function look(times = 1): Promise<void> {
  for (let index = 0; index < times; index++) {
    clock.advanceTo(clock.elapsed + LOOK_MS)
    await settle()
  }
}

async function openNamed(): Promise<FakeResponder> {
  name.open()
  const first = await responder(1)
  first.observer.named()
  return first
}

test('a name that is free is the box’s, and is told once', async () => {
  const { publication } = await openNamed()
  expect(publication).toMatchObject({ label: 'croquet', port: 8888, networks: [WIFI] })
  await name.settled
  expect(name.current).toBe('croquet.local')
  await look(10)
  expect(started).toHaveLength(1)
  expect(named).toEqual(['croquet.local'])
  expect(logged).toEqual(['mdns-named'])
})

describe('a name that another machine has', () => {
  test('is left to it: the box takes the next one that is free, and says so', async () => {
    name.open()
    const first = await responder(1)
    first.observer.taken()
    ;(await responder(2)).observer.taken()
    const third = await responder(3)
    expect(name.current).toBeUndefined()
    third.observer.named()
    expect(third.publication.label).toBe('croquet-3')
    expect(name.current).toBe('croquet-3.local')
    expect(first.isClosed).toBe(true)
    expect(logged).toEqual(['mdns-taken', 'mdns-taken', 'mdns-named'])
  })

  test('is not said any more from the moment that it is lost', async () => {
    const first = await openNamed()
    first.observer.taken()
    expect(name.current).toBeUndefined()
    ;(await responder(2)).observer.named()
    expect(name.current).toBe('croquet-2.local')
    expect(named).toEqual(['croquet.local', 'croquet-2.local'])
  })

  test('is kept if that machine is the one of the box', async () => {
    ownName = 'croquet.local'
    name.open()
    const first = await responder(1)
    first.observer.taken()
    await name.settled
    expect(name.current).toBe('croquet.local')
    expect(first.isClosed).toBe(true)
    expect(started).toHaveLength(1)
  })

  test('and all names like it: the box runs without one', async () => {
    name.open()
    for (let count = 1; count <= 20; count++) (await responder(count)).observer.taken()
    await name.settled
    expect(name.current).toBeUndefined()
    expect(logged.filter((event) => event === 'mdns-failed')).toHaveLength(1)
    expect(started).toHaveLength(20)
  })
})

describe('networks', () => {
  test('without one nothing is asked, and nothing logged; one that comes later is asked', async () => {
    networks = []
    name.open()
    await name.settled
    await look(10)
    expect(started).toHaveLength(0)
    expect(logged).toEqual([])
    networks = [WIFI]
    await look()
    ;(await responder(1)).observer.named()
    expect(name.current).toBe('croquet.local')
  })

  test('an address that changes has the box ask anew, and keep its name meanwhile', async () => {
    const first = await openNamed()
    networks = [{ ...WIFI, addresses: ['192.168.1.33'] }, CABLE]
    await look()
    const second = await responder(2)
    expect(first.isClosed).toBe(true)
    expect(second.publication.networks).toEqual(networks)
    expect(name.current).toBe('croquet.local')
    first.observer.taken()
    second.observer.named()
    expect(name.current).toBe('croquet.local')
    expect(logged).toEqual(['mdns-named'])
  })

  test('when the last one goes the name goes', async () => {
    const first = await openNamed()
    networks = []
    await look()
    expect(name.current).toBeUndefined()
    expect(first.isClosed).toBe(true)
  })
})

describe('a responder that fails', () => {
  test('is logged once, and started again more and more seldom', async () => {
    name.open()
    ;(await responder(1)).observer.failed('bind EPERM 0.0.0.0:5353')
    await name.settled
    expect(name.current).toBeUndefined()
    await look(3)
    expect(started).toHaveLength(1)
    await look()
    ;(await responder(2)).observer.failed('bind EPERM 0.0.0.0:5353')
    await look(7)
    expect(started).toHaveLength(2)
    await look()
    ;(await responder(3)).observer.failed('bind EPERM 0.0.0.0:5353')
    expect(logged).toEqual(['mdns-failed'])
  })

  test('is started at once when the network is another one', async () => {
    name.open()
    ;(await responder(1)).observer.failed('addMembership ENODEV')
    networks = [CABLE]
    await look()
    ;(await responder(2)).observer.named()
    expect(name.current).toBe('croquet.local')
  })

  test('after it had the name: the box has none until the next one has it', async () => {
    const first = await openNamed()
    first.observer.failed('Reached illegal state!')
    await settle()
    expect(name.current).toBeUndefined()
    await look(4)
    ;(await responder(2)).observer.named()
    expect(name.current).toBe('croquet.local')
    expect(logged).toEqual(['mdns-named', 'mdns-failed'])
  })
})

test('a box that stops says goodbye, and leaves no timer behind', async () => {
  const first = await openNamed()
  await name.close()
  expect(first.isClosed).toBe(true)
  expect(name.current).toBeUndefined()
  expect(clock.pending).toBe(0)
})

test('a box that stops while it asks for a name starts nothing any more', async () => {
  name.open()
  const first = await responder(1)
  first.observer.taken()
  await name.close()
  first.observer.named()
  expect(started.every(({ isClosed }) => isClosed)).toBe(true)
  expect(name.current).toBeUndefined()
})
