import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { randomSessionId } from '../../test/support/raw-client.ts'
import { ReflectorBed, until } from '../../test/support/reflector-bed.ts'

const S = randomSessionId()
const OTHER = randomSessionId()

let bed: ReflectorBed
beforeEach(async () => {
  bed = new ReflectorBed()
  await bed.open()
})
afterEach(() => bed.close())

describe('announced files', () => {
  const snap = (url: string) => ({ time: 0, seq: 0xfffffff1, hash: 'h', url })
  const snapshot = (path: string, changes = {}) => {
    const file = {
      kind: 'snapshot',
      path,
      sessionId: S,
      time: 0,
      seq: 0xfffffff1,
      hash: 'h',
    } as const
    bed.files.set(`http://box/files/${path}`, { ...file, ...changes })
  }

  it.each([
    ['is none of the box', 'http://elsewhere/x'],
    ['belongs to another session', 'http://box/files/other'],
    ['is not there', 'http://box/files/missing'],
    ['is no snapshot', 'http://box/files/saved'],
    ['is of another time', 'http://box/files/older'],
    ['has another hash', 'http://box/files/another'],
  ])(
    '[SNAP5, SNAP6] a snapshot whose URL %s is refused with a log line and no harm',
    async (_what, url) => {
      snapshot('other', { sessionId: OTHER })
      snapshot('older', { time: 1 })
      snapshot('another', { hash: 'x' })
      snapshot('missing')
      const app = { appId: 'org.app', persistentId: 'p' }
      bed.files.set('http://box/files/saved', { kind: 'persisted', path: 'saved', ...app })
      bed.store.missingFiles.add('missing')
      const a = await bed.member(S, 'a', app)
      a.send('SEND', [0, 0, 'one'])
      a.send('SNAP', snap(url))
      await until(() => bed.logged('snapshot').length > 0, 'refused')
      expect(bed.logged('snapshot')[0]).toMatchObject({ level: 'warn', url, sessionId: S })
      expect((await (await bed.connect(S)).join()).url).toBe('')
      expect(a.isOpen).toBe(true)
    },
  )

  it('[SNAP1] one whose file is there is served, with the messages after it', async () => {
    snapshot('mine')
    const a = await bed.member(S, 'a')
    a.send('SEND', [0, 0, 'one'])
    a.send('SEND', [0, 0, 'two'])
    a.send('SNAP', snap('http://box/files/mine'))
    await until(() => bed.logged('snapshot').length > 0, 'taken')
    const sync = await (await bed.connect(S)).join()
    expect(sync.url).toBe(`${bed.url.replace(/^ws/, 'http').replace('/reflector', '')}/files/mine`)
    expect(sync.messages.map((message) => message[2])).toEqual(['two'])
  })
})

describe('saving', () => {
  const app = { appId: 'org.app', persistentId: 'p'.repeat(43) }
  const wait = (answers: Map<string, () => void>) => (path: string) =>
    new Promise<boolean>((resolve) => answers.set(path, () => resolve(true)))

  beforeEach(() => {
    for (const path of ['older', 'newer']) {
      bed.files.set(`http://box/files/${path}`, { kind: 'persisted', path, ...app })
    }
  })

  it('[SAVE1] persisted data of (appId, persistentId) starts a session with new code', async () => {
    const a = await bed.member(S, 'a', app)
    a.send('SAVE', { persistTime: 1, url: 'http://box/files/newer' })
    await until(() => bed.logged('persist').length > 0, 'saved')
    await a.ping()
    const b = await bed.connect(OTHER)
    const sync = await b.join(app)
    expect(sync.persisted).toBe(true)
    expect(sync.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/files\/newer$/)
  })

  it('[SAVE1] the last SAVE counts, however long it takes to look for its file', async () => {
    const answers = new Map<string, () => void>()
    bed.fileExists = wait(answers)
    const a = await bed.member(S, 'a', app)
    a.send('SAVE', { url: 'http://box/files/older' })
    a.send('SAVE', { url: 'http://box/files/newer' })
    await until(() => answers.has('older'), 'asked')
    answers.get('newer')?.()
    answers.get('older')?.()
    await until(() => answers.has('newer'), 'asked for the second')
    answers.get('newer')?.()
    await until(() => bed.logged('persist').length === 2, 'saved')
    await a.ping()
    expect((await bed.store.load(OTHER, app.appId, app.persistentId)).persistedPath).toBe('newer')
  })

  it('what is looked for until its session is parked is saved all the same', async () => {
    const answers = new Map<string, () => void>()
    bed.fileExists = wait(answers)
    const a = await bed.member(S, 'a', app)
    a.send('SAVE', { url: 'http://box/files/older' })
    await until(() => answers.has('older'), 'asked')
    await a.close()
    await bed.elapse(11_000)
    await until(() => [...bed.reflector.sessions()].length === 0, 'parked')
    answers.get('older')?.()
    await until(() => bed.logged('persist').length === 1, 'saved')
    await bed.elapse(100)
    expect((await bed.store.load(OTHER, app.appId, app.persistentId)).persistedPath).toBe('older')
  })

  it('[SAVE3] SAVE without appId or persistentId closes with 4101', async () => {
    const a = await bed.member(S, 'a')
    a.send('SAVE', { persistTime: 1, url: 'http://box/files/saved' })
    expect((await a.closed()).code).toBe(4101)
  })
})
