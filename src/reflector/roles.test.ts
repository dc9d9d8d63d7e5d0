import { afterEach, beforeEach, expect, it } from 'vitest'
import { joinArgs, type RawClient, randomSessionId } from '../../test/support/raw-client.ts'
import { ReflectorBed, until } from '../../test/support/reflector-bed.ts'
import { ANYBODY } from '../access/pass.ts'
import type { Pass } from './ports.ts'

const S = randomSessionId()
const VIEWER: Pass = { ...ANYBODY, role: 'viewer' }

let bed: ReflectorBed
beforeEach(async () => {
  bed = new ReflectorBed()
  await bed.open()
})
afterEach(() => bed.close())

async function member(name: string, pass: Partial<Pass> = {}, args = {}): Promise<RawClient> {
  bed.pass = { ...ANYBODY, ...pass }
  const client = await bed.connect(S)
  await client.join({ user: [name], ...args })
  return client
}

it('[ROLE2] what a viewer sends does nothing, and leaves one line in the log', async () => {
  const app = { appId: 'org.app', persistentId: 'p' }
  const file = { path: 'mine', sessionId: S, time: 0, seq: 0xfffffff1, hash: 'h' }
  bed.files.set('http://box/files/mine', { kind: 'snapshot', ...file })
  bed.files.set('http://box/files/saved', { kind: 'persisted', path: 'saved', ...app })
  const a = await member('a', {}, app)
  const viewer = await member('viewer', VIEWER, app)
  a.send('SEND', [0, 0, 'first'])
  await viewer.next('RECV', (args) => args[2] === 'first')
  viewer.send('SEND', [0, 0, 'from the viewer'])
  viewer.send('TUTTI', [0, 0, 'x', [0, 0, 'its first message'], true, null, 'topic@0'])
  viewer.send('TICKS', { tick: 20, delay: 1000 })
  viewer.send('SNAP', { time: 0, seq: 0xfffffff1, hash: 'h', url: 'http://box/files/mine' })
  viewer.send('SAVE', { persistTime: 1, url: 'http://box/files/saved' })
  await viewer.ping()
  a.send('SEND', [0, 0, 'last'])
  await viewer.next('RECV', (args) => args[2] === 'last')
  const late = await bed.connect(S)
  const { url, messages } = await late.join()
  expect([url, messages.map(([, , payload]) => payload)]).toEqual(['', ['first', 'last']])
  expect((await bed.store.load(randomSessionId(), 'org.app', 'p')).persistedPath).toBeUndefined()
  expect(bed.dropped).toBe(5)
  expect(bed.logged('viewer')).toMatchObject([{ level: 'info', action: 'SEND', sessionId: S }])
  expect(viewer.isOpen).toBe(true)
})

it('[ROLE10] a viewer is told once, after its SYNC, that it only watches', async () => {
  const [a, viewer] = [await member('a'), await member('viewer', VIEWER)]
  await viewer.next('INFO', ({ code }) => code === 'WATCHING')
  await viewer.join({ user: ['viewer'] })
  for (const client of [a, viewer]) await client.ping()
  const told = viewer.frames.filter(({ action }) => ['SYNC', 'INFO'].includes(action))
  expect(told.map(({ action }) => action)).toEqual(['SYNC', 'INFO', 'SYNC'])
  expect(a.argsOf('INFO')).toEqual([])
})

it('[ROLE2] nor does what it sends while it joins', async () => {
  bed.pass = VIEWER
  const viewer = await bed.connect(S)
  viewer.send('JOIN', joinArgs())
  viewer.send('SEND', [0, 0, 'early'])
  await viewer.next('SYNC')
  await viewer.ping()
  expect(bed.dropped).toBe(1)
  expect((await (await bed.connect(S)).join()).messages).toEqual([])
})

it('[ROLE2] an admin is a participant', async () => {
  const admin = await member('admin', { role: 'admin' })
  admin.send('SEND', [0, 0, 'hi'])
  await admin.next('RECV', (args) => args[2] === 'hi')
})

it('[ROLE6] who has no pass any more is closed with 4103, joined or not', async () => {
  let isGood = true
  const pass: Partial<Pass> = { isGood: () => isGood }
  const [a, b] = [await member('a'), await member('b', pass)]
  const idle = await bed.connect(S)
  bed.clock.advanceTo(1000)
  isGood = false
  bed.clock.advanceTo(2000)
  const closed = await Promise.all([b.closed(), idle.closed()])
  const told = { code: 4103, reason: expect.stringContaining('Your access to this box has ended') }
  expect(closed).toEqual([told, told])
  await a.ping()
  await until(() => bed.turnedAway.length === 2)
  expect(bed.turnedAway).toEqual([b, idle].map(() => ['10.0.0.1', told.reason]))
})

it('[ROLE7] who joins as another app than its pass is for is closed with 4103', async () => {
  bed.pass = { ...ANYBODY, appId: 'org.app' }
  for (const appId of ['org.other', undefined]) {
    const client = await bed.connect(S)
    client.send('JOIN', joinArgs({ appId }))
    expect(await client.closed()).toMatchObject({ code: 4103 })
  }
  expect([...bed.reflector.sessions()]).toEqual([])
  expect(await (await bed.connect(S)).join({ appId: 'org.app' })).toBeDefined()
})

it('[ROLE7] and so is who says so but asks for a session of another app', async () => {
  const a = await member('a', {}, { appId: 'org.other' })
  bed.pass = { ...ANYBODY, appId: 'org.app' }
  const client = await bed.connect(S)
  client.send('JOIN', joinArgs({ appId: 'org.app' }))
  expect(await client.closed()).toMatchObject({ code: 4103 })
  await until(() => bed.logged('end').length === 1, 'gone')
  expect([...bed.reflector.sessions()][0]?.clients).toBe(1)
  await a.ping()
})
