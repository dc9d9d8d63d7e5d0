import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { joinArgs, type RawClient, randomSessionId } from '../../test/support/raw-client.ts'
import { ReflectorBed, until } from '../../test/support/reflector-bed.ts'
import { ANYBODY } from '../access/pass.ts'
import type { Pass } from './ports.ts'

const S = randomSessionId()
const CHESS = { appId: 'org.chess', persistentId: 'chess-club' }
const DIARY = { appId: 'org.diary', persistentId: 'of-ada' }
/** Of a link for one session. */
const OF_SESSION: Pass = { ...ANYBODY, sessionId: S }
const PARK_MS = 11_000

type Args = Parameters<typeof joinArgs>[0]

let bed: ReflectorBed
beforeEach(async () => {
  bed = new ReflectorBed()
  await bed.open()
  for (const { appId, persistentId } of [CHESS, DIARY]) {
    for (const path of [`${appId}-old`, `${appId}-new`]) {
      const file = { kind: 'persisted', path, appId, persistentId } as const
      bed.files.set(`http://box/files/${path}`, file)
    }
    const saved = { appId, persistentId, path: `${appId}-old` }
    await bed.store.commit([{ sessionId: randomSessionId(), saved }])
  }
})
afterEach(() => bed.close())

async function join(pass: Pass, args: Args): Promise<{ client: RawClient; url: string }> {
  bed.pass = pass
  const client = await bed.connect(S)
  const { url } = await client.join({ user: ['somebody'], ...args })
  return { client, url: url.replace(/^.*\/files\//, '') }
}

async function refusalOf(pass: Pass, args: Args): Promise<number> {
  bed.pass = pass
  const client = await bed.connect(S)
  client.send('JOIN', joinArgs(args))
  return (await client.closed()).code
}

/** Announces new data of that app, and waits until the box has dealt with it. */
async function save(client: RawClient, { appId }: typeof CHESS): Promise<void> {
  const dealt = bed.logged('persist').length + 1
  client.send('SAVE', { persistTime: 1, url: `http://box/files/${appId}-new` })
  await until(() => bed.logged('persist').length >= dealt, 'dealt with')
  await client.ping()
}

/** Which data the next session of that app starts from. */
async function savedOf({ appId, persistentId }: typeof CHESS): Promise<string | undefined> {
  return (await bed.store.load(randomSessionId(), appId, persistentId)).persistedPath
}

async function everybodyLeaves(): Promise<void> {
  await bed.clients.closeAll()
  await until(() => [...bed.reflector.sessions()].every(({ users }) => users === 0), 'gone')
  await bed.elapse(PARK_MS)
  await until(() => bed.reflector.about(S) === undefined, 'parked')
}

describe('[ROLE8] a session that only holders of links for it have joined', () => {
  it('does not start from the data of the app that they name', async () => {
    expect((await join(OF_SESSION, DIARY)).url).toBe('')
    expect(bed.reflector.about(S)).toMatchObject({ isAppUnknown: true, appId: undefined })
    expect((await join({ ...OF_SESSION, role: 'viewer' }, DIARY)).url).toBe('')
  })

  it('stores no data for that app, and says so in the log', async () => {
    const { client } = await join(OF_SESSION, DIARY)
    await save(client, DIARY)
    expect(await savedOf(DIARY)).toBe('org.diary-old')
    expect(bed.logged('persist')).toMatchObject([{ level: 'warn', sessionId: S }])
    expect(client.isOpen).toBe(true)
  })

  it('still is of no known app when it was parked', async () => {
    await join(OF_SESSION, DIARY)
    await everybodyLeaves()
    const { client } = await join(OF_SESSION, DIARY)
    await save(client, DIARY)
    expect(await savedOf(DIARY)).toBe('org.diary-old')
  })

  it('works with messages and snapshots like any other', async () => {
    const { client } = await join(OF_SESSION, CHESS)
    client.send('SEND', [0, 0, 'hi'])
    await client.next('RECV', (args) => args[2] === 'hi')
    const snap = { time: 0, seq: 0xfffffff0, hash: 'h' }
    bed.files.set('http://box/files/mine', {
      ...{ kind: 'snapshot', path: 'mine', sessionId: S, ...snap },
    })
    client.send('SNAP', { ...snap, url: 'http://box/files/mine' })
    await until(() => bed.logged('snapshot').length > 0, 'announced')
    expect((await join(OF_SESSION, CHESS)).url).toBe('mine')
  })

  it('is let in by a pass for one app, whose holder may say that it runs that', async () => {
    await join(OF_SESSION, CHESS)
    await join({ ...ANYBODY, appId: CHESS.appId }, CHESS)
    expect(bed.reflector.about(S)).toMatchObject({ ...CHESS, isAppUnknown: false })
  })
})

describe('[ROLE8] a session that somebody joined without such a link', () => {
  it('runs the app that they named, whoever opened it', async () => {
    const { client } = await join(OF_SESSION, { ...DIARY, name: 'org.diary/mine' })
    await join(ANYBODY, { ...CHESS, name: 'org.chess/match' })
    expect(bed.reflector.about(S)).toMatchObject({ ...CHESS, name: 'match', isAppUnknown: false })
    await save(client, DIARY)
    expect(await savedOf(DIARY)).toBe('org.diary-old')
    await save(client, CHESS)
    expect(await savedOf(CHESS)).toBe('org.chess-new')
  })

  it('starts from the data of that app, for holders of links, too', async () => {
    expect((await join(ANYBODY, CHESS)).url).toBe('org.chess-old')
    expect((await join(OF_SESSION, CHESS)).url).toBe('org.chess-old')
  })

  it.each([
    ['another app', DIARY],
    ['other data of that app', { ...CHESS, persistentId: 'of-ada' }],
    ['no app', {}],
  ])('closes who joins by a link as %s, also after it was parked', async (_what, args) => {
    await join(ANYBODY, CHESS)
    expect(await refusalOf(OF_SESSION, args)).toBe(4103)
    await everybodyLeaves()
    expect(await refusalOf(OF_SESSION, args)).toBe(4103)
    await join(OF_SESSION, CHESS)
  })

  it('goes by the first who named one', async () => {
    await join(OF_SESSION, DIARY)
    await join(ANYBODY, {})
    expect(bed.reflector.about(S)?.isAppUnknown).toBe(true)
    await join(ANYBODY, CHESS)
    await join(ANYBODY, DIARY)
    expect(bed.reflector.about(S)).toMatchObject(CHESS)
  })

  it('keeps a pass for another app out', async () => {
    await join(OF_SESSION, CHESS)
    await join(ANYBODY, CHESS)
    expect(await refusalOf({ ...ANYBODY, appId: DIARY.appId }, DIARY)).toBe(4103)
  })
})

describe('[ROLE8] who only watches', () => {
  const VIEWER: Pass = { ...ANYBODY, role: 'viewer' }

  it('opens a session from saved data, and has nobody store such data', async () => {
    expect((await join(VIEWER, DIARY)).url).toBe('org.diary-old')
    const { client, url } = await join(OF_SESSION, DIARY)
    expect(url).toBe('org.diary-old')
    await save(client, DIARY)
    expect(await savedOf(DIARY)).toBe('org.diary-old')
    await join(ANYBODY, DIARY)
    await save(client, DIARY)
    expect(await savedOf(DIARY)).toBe('org.diary-new')
  })
})

describe('[ROLE8] a link for one session that says which app and data', () => {
  const OF_CHESS: Pass = { ...OF_SESSION, ...CHESS }

  it('starts from that data, and stores it', async () => {
    const { client, url } = await join(OF_CHESS, CHESS)
    expect(url).toBe('org.chess-old')
    await save(client, CHESS)
    expect(await savedOf(CHESS)).toBe('org.chess-new')
  })

  it('[ROLE7] is not for another app, nor for other data of that app', async () => {
    for (const args of [DIARY, { ...CHESS, persistentId: 'of-ada' }, { appId: CHESS.appId }]) {
      expect(await refusalOf(OF_CHESS, args)).toBe(4103)
    }
    expect([...bed.reflector.sessions()]).toEqual([])
  })

  it('[ROLE7] is not for a session that runs another app', async () => {
    await join(ANYBODY, DIARY)
    expect(await refusalOf(OF_CHESS, CHESS)).toBe(4103)
  })
})

it('[ROLE8] who opened a session and left at once leaves no data to who joins as another app', async () => {
  const gate = Promise.withResolvers<void>()
  const load = bed.store.load.bind(bed.store)
  bed.store.load = async (...args) => {
    await gate.promise
    return load(...args)
  }
  bed.pass = ANYBODY
  const opener = await bed.connect(S)
  opener.send('JOIN', joinArgs(DIARY))
  await until(() => bed.logged('join').length === 1, 'opening')
  const joined = join(OF_SESSION, DIARY)
  await until(() => bed.logged('join').length === 2, 'waiting')
  await opener.close()
  await until(() => bed.logged('end').length === 1, 'left')
  gate.resolve()
  expect((await joined).url).toBe('')
})
