import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { PortRange } from '../origins/origin-rule.ts'
import { AppStore, KEPT_RELEASES } from './app-store.ts'

const WALL_TIME = Date.UTC(2026, 0, 31, 23, 59, 59, 123)
const ID = '20260131-235959-123'
const FACTS = { by: 'a test', files: 1, bytes: 4, title: 'Counter', icon: '' }

let dir: string
let wallTime: number
let errors: object[]
let store: AppStore
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'apps-'))
  wallTime = WALL_TIME
  errors = []
  store = await open()
})
afterEach(async () => {
  expect(await readdir(join(dir, '.incoming'))).toEqual([])
  expect(await readdir(join(dir, '.trash'))).toEqual([])
  await rm(dir, { recursive: true })
})

/** As the next start of the box finds it. */
async function open(ports?: PortRange): Promise<AppStore> {
  const log = { error: (fields: object) => void errors.push(fields) }
  const opened = new AppStore({ dir, wallTime: () => wallTime, ports, log })
  await opened.open()
  return opened
}

async function add(name: string, text: string, to = store): Promise<string> {
  const work = await to.newWorkFolder()
  await mkdir(join(work, 'app'))
  await writeFile(join(work, 'app/index.html'), text)
  const { id } = await to.add(name, join(work, 'app'), FACTS)
  await rm(work, { recursive: true })
  wallTime += 1000
  return id
}

async function served(name: string, from = store): Promise<string | undefined> {
  const folder = from.activeFolder(name)
  return folder === undefined ? undefined : readFile(join(folder, 'index.html'), 'utf8')
}

test('a release is active at once, and after a restart', async () => {
  const told: string[] = []
  store.onChange((name) => told.push(name))
  expect(await served('counter')).toBeUndefined()
  expect(await add('counter', 'one')).toBe(ID)
  expect(await served('counter')).toBe('one')
  expect(store.activeFolder('counter')).toBe(join(dir, 'counter/releases', ID))
  await add('counter', 'two')
  expect(await served('counter')).toBe('two')
  expect(told).toEqual(['counter', 'counter'])
  const found = await open()
  expect(found.list()).toEqual(store.list())
  expect(await served('counter', found)).toBe('two')
  expect(found.find('counter')).toMatchObject({
    name: 'counter',
    active: { ...FACTS, createdAt: '2026-02-01T00:00:00.123Z' },
  })
  expect(found.totals()).toEqual({ apps: 1, releases: 2, bytes: 8 })
})

test('the last five are kept, and one can go back to each', async () => {
  const ids: string[] = []
  for (const text of ['1', '2', '3', '4', '5', '6', '7']) ids.push(await add('counter', text))
  const kept = ids.slice(-KEPT_RELEASES)
  const releases = () => store.find('counter')?.releases.map(({ id }) => id)
  expect(releases()).toEqual(kept.toReversed())
  expect((await readdir(join(dir, 'counter/releases'))).toSorted()).toEqual(kept)
  await store.activate('counter', ids[2] ?? '')
  expect(await served('counter')).toBe('3')
  expect(await served('counter', await open())).toBe('3')
  expect(releases()).toEqual(kept.toReversed())
  await add('counter', '8')
  expect(await served('counter')).toBe('8')
  expect(releases()).not.toContain(ids[2])
})

test('a clock that goes back makes no older release', async () => {
  await add('counter', 'one')
  wallTime -= 3_600_000
  expect(await add('counter', 'two')).toBe('20260131-235959-124')
  expect(await served('counter', await open())).toBe('two')
})

test('releases and apps are deleted, but for the one that visitors get', async () => {
  const told: string[] = []
  const one = await add('counter', 'one')
  const two = await add('counter', 'two')
  await add('other', 'x')
  const forget = store.onChange((name) => told.push(name))
  await expect(store.removeRelease('counter', two)).rejects.toMatchObject({
    statusCode: 409,
    message: `release ${two} of counter is the active one: activate another one first`,
  })
  await store.removeRelease('counter', one)
  expect(await readdir(join(dir, 'counter/releases'))).toEqual([two])
  await expect(store.activate('counter', one)).rejects.toMatchObject({
    statusCode: 404,
    message: `counter has no release ${one}: it has ${two}`,
  })
  await store.remove('counter')
  expect(await readdir(dir)).not.toContain('counter')
  expect(told).toEqual(['counter', 'counter'])
  forget()
  await store.remove('other')
  expect(told).toHaveLength(2)
  expect(store.list()).toEqual([])
  for (const change of [
    () => store.remove('counter'),
    () => store.activate('counter', one),
    () => store.removeRelease('counter', one),
  ]) {
    await expect(change()).rejects.toMatchObject({
      statusCode: 404,
      message: 'there is no app counter on this box',
    })
  }
  expect((await open()).list()).toEqual([])
})

test('changes of one app at a time take turns', async () => {
  const texts = ['1', '2', '3', '4']
  const ids = await Promise.all(texts.map((text) => add('counter', text)))
  expect(new Set(ids).size).toBe(4)
  const newest = ids.toSorted().at(-1) ?? ''
  expect(store.find('counter')?.active.id).toBe(newest)
  expect(await served('counter')).toBe(texts[ids.indexOf(newest)])
  await Promise.all([store.remove('counter'), add('counter', '5')])
  expect(await served('counter')).toBe('5')
  expect(store.find('counter')?.releases).toHaveLength(1)
})

describe('after a sudden end', () => {
  test('of a first deploy, there is no app and nothing of it', async () => {
    const work = await store.newWorkFolder()
    await mkdir(join(work, 'unpacked/js'), { recursive: true })
    await writeFile(join(work, 'unpacked/js/main.js'), 'half')
    await mkdir(join(dir, 'counter/releases', ID), { recursive: true })
    await writeFile(join(dir, 'counter/app.json.new'), '{"act')
    expect((await open()).list()).toEqual([])
    expect(await readdir(dir)).not.toContain('counter')
  })

  test('of another deploy, the release before it is active, and nothing of the new one is there', async () => {
    const id = await add('counter', 'old')
    await mkdir(join(dir, 'counter/releases/20270101-000000-000'))
    await writeFile(join(dir, 'counter/releases/20270101-000000-000/index.html'), 'new')
    await writeFile(join(dir, 'counter/app.json.new'), '{"active":"20270101-000000-000","rel')
    const found = await open()
    expect(await served('counter', found)).toBe('old')
    expect((await readdir(join(dir, 'counter'))).toSorted()).toEqual(['app.json', 'releases'])
    expect(await readdir(join(dir, 'counter/releases'))).toEqual([id])
    expect(errors).toEqual([])
  })

  test('folders that are no apps stay as they are', async () => {
    await mkdir(join(dir, 'Notes'))
    await mkdir(join(dir, 'mine/pictures'), { recursive: true })
    expect((await open()).list()).toEqual([])
    expect(await readdir(dir)).toEqual(expect.arrayContaining(['Notes', 'mine']))
  })
})

describe('a damaged disk', () => {
  test('whose list of releases is gone leads to the newest one that is there', async () => {
    await add('counter', 'one')
    const two = await add('counter', 'two')
    await writeFile(join(dir, 'counter/app.json'), '{"active":5}')
    const found = await open()
    expect(await served('counter', found)).toBe('two')
    expect(found.find('counter')).toMatchObject({
      active: { id: two, by: '', files: 1, bytes: 3 },
      releases: [{}, {}],
    })
    expect(errors).toMatchObject([{ event: 'app-damaged', app: 'counter' }])
    expect(await readdir(join(dir, 'counter'))).toContain(
      'app.json.damaged-2026-02-01T00-00-01-123Z',
    )
    await open()
    expect(errors).toHaveLength(1)
  })

  test('whose list of releases is damaged loses none of them, if the box ends before it wrote another', async () => {
    await add('counter', 'one')
    await add('counter', 'two')
    await writeFile(join(dir, 'counter/app.json'), '{"active":')
    // Nothing can be written there.
    await mkdir(join(dir, 'counter/app.json.new/x'), { recursive: true })
    expect(await served('counter', await open())).toBe('two')
    expect(await served('counter', await open())).toBe('two')
    await rm(join(dir, 'counter/app.json.new'), { recursive: true })
    const found = await open()
    expect(await served('counter', found)).toBe('two')
    expect(found.find('counter')?.releases).toHaveLength(2)
    expect(JSON.parse(await readFile(join(dir, 'counter/app.json'), 'utf8'))).toMatchObject({
      active: found.find('counter')?.active.id,
    })
  })

  test('whose list is damaged while the box runs loses no release by a change that fails', async () => {
    await add('counter', 'one')
    await writeFile(join(dir, 'counter/app.json'), '{"active":')
    await expect(store.activate('counter', 'nonsense')).rejects.toThrow(/has no release/)
    expect(await served('counter', await open())).toBe('one')
  })

  test('that cannot be read keeps no other from being served', async () => {
    await add('counter', 'one')
    await mkdir(join(dir, 'broken/app.json'), { recursive: true })
    expect(await served('counter', await open())).toBe('one')
    expect(errors).toEqual([expect.objectContaining({ event: 'app-unreadable', app: 'broken' })])
  })

  test('whose active release is gone leads to the newest of the others', async () => {
    const one = await add('counter', 'one')
    const two = await add('counter', 'two')
    await rm(join(dir, 'counter/releases', two), { recursive: true })
    const found = await open()
    expect(found.find('counter')).toMatchObject({ active: { id: one }, releases: [{ id: one }] })
    expect(errors).toMatchObject([{ damage: 'releases of it are missing' }])
  })

  test.each([
    ['{}', 'no releases'],
    ['[]', 'no object'],
    ['null', 'nothing'],
    ['{"active":"x","releases":[{}]}', 'a release that is none'],
    ['{"active":"x","releases":[null]}', 'no release'],
    ['{"active":"20260131-235959-124","releases":[]}', 'an active release that is not there'],
  ])('%s is no list of releases: %s', async (text) => {
    await add('counter', 'one')
    await writeFile(join(dir, 'counter/app.json'), text)
    expect(await served('counter', await open())).toBe('one')
    expect(errors).toHaveLength(1)
  })
})

test('what cannot be written down leaves the old release, and nothing of the new one', async () => {
  const id = await add('counter', 'old')
  // A folder in its place: the new list cannot be written.
  await mkdir(join(dir, 'counter/app.json.new'))
  await cp(join(dir, 'counter/releases', id), join(dir, '.incoming/x'), { recursive: true })
  await expect(store.add('counter', join(dir, '.incoming/x'), FACTS)).rejects.toThrow('EISDIR')
  expect(await served('counter')).toBe('old')
  expect(await readdir(join(dir, 'counter/releases'))).toEqual([id])
  await rm(join(dir, 'counter/app.json.new'), { recursive: true })
  expect(await served('counter', await open())).toBe('old')
})

describe('[APPS3] ports of apps', () => {
  const ports = { first: 9000, last: 9001 }
  const withPorts = (range = ports) => open(range)
  const portsIn = (from: AppStore) => from.list().map(({ name, port }) => [name, port])

  test('each app gets the lowest free one and keeps it, whatever becomes of others', async () => {
    store = await withPorts()
    await add('chess', 'one')
    await add('garden', 'one')
    await add('go', 'one')
    expect(portsIn(store)).toEqual([
      ['chess', 9000],
      ['garden', 9001],
      ['go', undefined],
    ])
    await store.remove('chess')
    const second = await add('garden', 'two')
    await store.activate('garden', second)
    expect(store.find('garden')?.port).toBe(9001)
    await add('go', 'two')
    expect(portsIn(store)).toEqual([
      ['garden', 9001],
      ['go', 9000],
    ])
    expect(portsIn(await withPorts())).toEqual(portsIn(store))
  })

  test('apps of before get theirs at the next start, and have it again after one without', async () => {
    await add('chess', 'one')
    await add('garden', 'one')
    expect(portsIn(store)).toEqual([
      ['chess', undefined],
      ['garden', undefined],
    ])
    await store.remove('chess')
    expect(portsIn(await withPorts({ first: 9001, last: 9001 }))).toEqual([['garden', 9001]])
    store = await open()
    expect(portsIn(store)).toEqual([['garden', undefined]])
    await add('garden', 'two')
    expect(portsIn(await withPorts())).toEqual([['garden', 9001]])
    expect(portsIn(await withPorts({ first: 7000, last: 7010 }))).toEqual([['garden', 7000]])
  })

  test('a folder that was copied by hand does not take the port of the other app', async () => {
    store = await withPorts()
    await add('garden', 'one')
    await cp(join(dir, 'garden'), join(dir, 'chess'), { recursive: true })
    await cp(join(dir, 'garden'), join(dir, 'go'), { recursive: true })
    expect(portsIn(await withPorts())).toEqual([
      ['chess', 9000],
      ['garden', 9001],
      ['go', undefined],
    ])
  })

  test('a release that went missing does not take the port with it', async () => {
    store = await withPorts()
    await add('chess', 'one')
    await add('garden', 'one')
    const id = await add('garden', 'two')
    await store.remove('chess')
    await rm(join(dir, 'garden/releases', id), { recursive: true })
    expect(portsIn(await withPorts())).toEqual([['garden', 9001]])
    errors = []
  })
})
