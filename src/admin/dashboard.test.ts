import { PassThrough } from 'node:stream'
import fastify, { type FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ManualClock } from '../../test/support/manual-clock.ts'
import { ANYBODY } from '../access/pass.ts'
import { TurnedAway } from '../access/turned-away.ts'
import { Chronicle } from './chronicle.ts'
import { Dashboard } from './dashboard.ts'
import { LogTail } from './log-tail.ts'
import type { BackupRun } from './ports.ts'
import { idOf, LABEL, member, SampleDesk, session, visitor } from './sample-facts.ts'

const A = idOf('A')
const NOWHERE = idOf('N')
const TALLY = { count: 1, bytes: 10 }
const PARKED = {
  ...{ id: idOf('P'), name: 'main', appId: 'org.example.app', pageUrl: 'https://box.local/x' },
  ...{ createdAt: 1, visitedAt: 2, snapshots: TALLY },
}

let app: FastifyInstance
let desk: SampleDesk
let chronicle: Chronicle
let tail: LogTail
let noted: unknown[]
let missing: string[]
let isCollecting: boolean
let turnedAway: TurnedAway
let backup: BackupRun & { readonly tar: PassThrough }
let stops: number
/** for which parked sessions the store was asked */
let looked: unknown[]

beforeEach(() => {
  const clock = new ManualClock()
  desk = new SampleDesk()
  chronicle = new Chronicle(() => clock.wallTime())
  turnedAway = new TurnedAway(
    (address) => address,
    () => clock.wallTime(),
  )
  tail = new LogTail()
  noted = []
  missing = []
  isCollecting = false
  stops = 0
  looked = []
  const { promise: begun } = Promise.withResolvers<void>()
  backup = backupRun(begun)
  desk.put(session('A', { users: 2 }))
  desk.here = [member('ada'), member('bob')]
  chronicle.joined(A, LABEL, visitor('ada'))
  const dashboard = new Dashboard({
    ...{ desk, chronicle, turnedAway, tail, clock, timers: clock },
    versions: { box: '1', node: '24' },
    store: {
      removeSession: async (id) => id === A,
      snapshotsOf: async () => [{ time: 5, createdAt: 6, bytes: undefined }],
      parkedSessions: async (wanted) => {
        looked.push(wanted)
        return { total: 7, sessions: [PARKED] }
      },
      surveyFiles: async () => [
        { appId: undefined, snapshots: TALLY, data: TALLY, garbage: TALLY },
      ],
      collectGarbage: async () => (isCollecting ? undefined : { session: TALLY }),
      volume: async () => ({ usedBytes: 1, freeBytes: 2 }),
    },
    takeVitals: () => ({ cpuMs: 0, memoryBytes: 1, eventLoopDelayMs: { mean: 0, max: 0 } }),
    takePunctuality: () => ({ tickLatenessMs: 0, commitMs: 0 }),
    missing: () => missing,
    startBackup: () => backup,
  })
  app = fastify()
  app.register((scope) =>
    dashboard.routes(scope, {
      note: (_request, event, details) => noted.push([event, details]),
      passOf: () => ANYBODY,
    }),
  )
})

afterEach(() => app.close())

function backupRun(begun: Promise<void>, done = begun): typeof backup {
  return { tar: new PassThrough(), begun, done, stop: () => void stops++ }
}

async function ask(method: 'GET' | 'POST' | 'DELETE', url: string, payload?: object) {
  const answer = await app.inject({ method, url, ...(payload && { payload }) })
  return [answer.statusCode, answer.json()] as const
}

const refused = (statusCode: number, message: string) =>
  [statusCode, expect.objectContaining({ message: expect.stringContaining(message) })] as const

describe('what is told', () => {
  test('sessions, one session, and why people do not see each other in it', async () => {
    expect(await ask('GET', '/sessions?filter=main')).toMatchObject([
      200,
      { total: 1, sessions: [{ id: A, users: 2 }] },
    ])
    expect(await ask('GET', `/sessions/${A}`)).toMatchObject([
      200,
      { members: [{ name: 'ada', latencyMs: null }, {}], stored: [{ time: 5 }], vote: null },
    ])
    expect(await ask('GET', `/sessions/${A}/findings`)).toMatchObject([
      200,
      [{ kind: 'nothing wrong' }],
    ])
  })

  test('sessions that nobody is in, as many as are wanted', async () => {
    const { appId, pageUrl: _, ...session } = PARKED
    const line = { ...session, app: appId, host: 'box.local' }
    expect(await ask('GET', '/parked-sessions')).toEqual([200, { total: 7, sessions: [line] }])
    await ask('GET', '/parked-sessions?filter=ma&offset=2&limit=1')
    expect(looked).toEqual([
      { filter: '', offset: 0, limit: 100 },
      { filter: 'ma', offset: 2, limit: 1 },
    ])
    expect(await ask('GET', '/parked-sessions?limit=1001')).toMatchObject([400, {}])
  })

  test('health, files and the log', async () => {
    tail.write('{"level":"info","time":"T","message":"hi","x":1}')
    expect(await ask('GET', '/health')).toMatchObject([200, { disk: { freeBytes: 2 } }])
    expect(await ask('GET', '/files')).toMatchObject([200, [{ appId: null, garbage: TALLY }]])
    expect(await ask('GET', '/log')).toMatchObject([200, [{ message: 'hi', fields: { x: 1 } }]])
  })

  test('nothing of it is kept by browsers', async () => {
    expect((await app.inject('/health')).headers['cache-control']).toBe('no-store')
  })
})

describe('what is done', () => {
  test('[INFO1] a snapshot is asked for, and a notice sent', async () => {
    expect(await ask('POST', `/sessions/${A}/snapshot`)).toEqual([202, { asked: 2 }])
    expect(await ask('POST', `/sessions/${A}/notices`, { text: 'Lunch' })).toEqual([
      200,
      { id: 1, told: 2, seen: 0 },
    ])
    // Clients that show it themselves leave time to read it.
    const options = { level: 'warning', duration: 10_000 + 5 * 80 }
    expect(desk.done).toEqual([
      ['ask', A],
      ['inform', A, { code: 'NOTICE', msg: 'Lunch', options }],
    ])
  })

  test('[INFO4] how many pages have shown a notice can be asked, until it is forgotten', async () => {
    expect(await ask('GET', `/sessions/${A}/notices/1`)).toEqual([200, { id: 1, told: 2, seen: 1 }])
    const why = refused(404, 'sent too long ago')
    expect(await ask('GET', `/sessions/${A}/notices/2`)).toEqual(why)
    expect((await ask('GET', `/sessions/${A}/notices/none`))[0]).toBe(400)
  })

  test('somebody is disconnected, a session closed, a session deleted', async () => {
    const url = `/sessions/${A}/members/${encodeURIComponent('10.0.0.1:bob')}`
    expect(await ask('DELETE', url)).toMatchObject([200, {}])
    expect(desk.done).toEqual([['disconnect', A, '10.0.0.1:bob']])
    expect(await ask('POST', `/sessions/${A}/close`)).toMatchObject([200, {}])
    expect(await ask('DELETE', `/sessions/${A}`)).toMatchObject([200, {}])
    expect(desk.running.size).toBe(0)
  })

  test('garbage is collected', async () => {
    expect(await ask('DELETE', '/files/garbage')).toEqual([200, { session: TALLY }])
  })

  test('all of it is noted for the audit, and what was refused is not', async () => {
    await ask('POST', `/sessions/${A}/snapshot`)
    await ask('POST', `/sessions/${A}/notices`, { text: 'Lunch' })
    await ask('DELETE', `/sessions/${A}/members/${encodeURIComponent('10.0.0.1:bob')}`)
    await ask('POST', `/sessions/${A}/close`)
    await ask('POST', `/sessions/${A}/close`)
    await ask('DELETE', `/sessions/${A}`)
    await ask('DELETE', '/files/garbage')
    expect(noted).toEqual([
      ['snapshot-asked', { sessionId: A, asked: 2 }],
      ['notice-sent', { sessionId: A, text: 'Lunch', told: 2 }],
      ['member-disconnected', { sessionId: A, connection: '10.0.0.1:bob' }],
      ['session-closed', { sessionId: A }],
      ['session-deleted', { sessionId: A }],
      ['garbage-collected', { session: TALLY }],
    ])
  })
})

describe('what has just gone', () => {
  test.each([
    ['GET', `/sessions/${NOWHERE}`],
    ['POST', `/sessions/${NOWHERE}/snapshot`],
    ['POST', `/sessions/${NOWHERE}/close`],
    ['DELETE', `/sessions/${NOWHERE}/members/x`],
  ] as const)('%s %s says so', async (method, url) => {
    expect(await ask(method, url)).toEqual(refused(404, 'does not run any more'))
  })

  test('a notice for nobody, a user who left, a session that was deleted, one nobody knows', async () => {
    const notice = await ask('POST', `/sessions/${NOWHERE}/notices`, { text: 'x' })
    expect(notice).toEqual(refused(404, 'does not run any more'))
    const user = await ask('DELETE', `/sessions/${A}/members/gone`)
    expect(user).toEqual(refused(404, 'not in this session any more'))
    const deleted = await ask('DELETE', `/sessions/${NOWHERE}`)
    expect(deleted).toEqual(refused(404, 'deleted before'))
    const findings = await ask('GET', `/sessions/${NOWHERE}/findings`)
    expect(findings).toEqual(refused(404, 'remembers no such session'))
  })

  test('a session in which nobody can do it', async () => {
    desk.put(session('A', { users: 0 }))
    expect(await ask('POST', `/sessions/${A}/snapshot`)).toEqual(refused(409, 'nobody is in'))
    const notice = await ask('POST', `/sessions/${A}/notices`, { text: 'x' })
    expect(notice).toEqual(refused(409, 'nobody is in'))
  })

  test('a store that is out of order', async () => {
    missing = ['the box cannot store anything: its disk is full']
    const why = refused(503, 'its disk is full: try again')
    expect(await ask('POST', `/sessions/${A}/close`)).toEqual(why)
    expect(await ask('DELETE', `/sessions/${A}`)).toEqual(why)
  })

  test('garbage that is being collected already', async () => {
    isCollecting = true
    expect(await ask('DELETE', '/files/garbage')).toEqual(refused(409, 'being done already'))
  })
})

describe('wrong requests', () => {
  test.each([
    ['GET', '/sessions?sort=nothing', undefined],
    ['GET', '/sessions?order=up', undefined],
    ['GET', '/sessions?offset=-1', undefined],
    ['GET', '/sessions?limit=1001', undefined],
    ['GET', '/sessions?limit=many', undefined],
    ['GET', '/sessions/short', undefined],
    ['GET', '/log?level=loud', undefined],
    ['GET', '/log?session=x', undefined],
    ['GET', '/log?limit=0', undefined],
    ['GET', '/events?rows=%22', undefined],
    ['GET', '/events?session=x', undefined],
    ['GET', '/events?log=loud', undefined],
    ['POST', `/sessions/${A}/notices`, {}],
    ['POST', `/sessions/${A}/notices`, { text: ' ' }],
    ['POST', `/sessions/${A}/notices`, { text: 'x'.repeat(501) }],
  ] as const)('%s %s %o is 400', async (method, url, payload) => {
    expect((await ask(method, url, payload))[0]).toBe(400)
    expect(desk.done).toEqual([])
  })
})

describe('a backup', () => {
  test('is a download, named by the day', async () => {
    backup = backupRun(Promise.resolve())
    backup.tar.end('all of it')
    const { statusCode, headers, body } = await app.inject('/backup')
    expect([statusCode, body]).toEqual([200, 'all of it'])
    expect(headers).toMatchObject({
      'content-type': 'application/x-tar',
      'content-disposition': 'attachment; filename="box-2023-11-14.tar"',
    })
    expect(noted).toEqual([['backup-made', { who: 'anybody' }]])
  })

  test('that cannot be made is refused with the reason', async () => {
    backup = backupRun(Promise.reject(new Error('make room')))
    expect(await ask('GET', '/backup')).toEqual(refused(503, 'make room'))
  })

  test('is made one at a time, and stopped with the box', async () => {
    const first = Promise.resolve(app.inject('/backup')).catch(() => {})
    await expect.poll(() => ask('GET', '/backup')).toEqual(refused(409, 'wait until it is done'))
    await app.close()
    expect(stops).toBeGreaterThan(0)
    backup.tar.destroy()
    void first
  })
})

test('those who were turned away are listed, and forgotten when they were seen to', async () => {
  const cause = { why: 'They came by no name.', remedy: 'Give it one.' }
  turnedAway.note({
    ...{ address: '10.0.0.7', origin: undefined, app: 'chess', userAgent: 'curl/8.5.0' },
    ...{ asked: 'page', cause },
  })
  const list = await app.inject('/turned-away')
  expect(list.json()).toMatchObject([
    { ...cause, address: '10.0.0.7', origin: null, app: 'chess', program: 'curl/8.5.0', times: 1 },
  ])
  const emptied = await app.inject({ method: 'DELETE', url: '/turned-away' })
  expect(emptied.statusCode).toBe(204)
  expect((await app.inject('/turned-away')).json()).toEqual([])
  expect(noted).toContainEqual(['turned-away-forgotten', {}])
})
