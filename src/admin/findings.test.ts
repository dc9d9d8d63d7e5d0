import { beforeEach, describe, expect, test } from 'vitest'
import { Chronicle } from './chronicle.ts'
import { type Finding, findingsOn } from './findings.ts'
import type { MemberFacts, SessionLabel } from './ports.ts'
import { idOf, LABEL, member, visitor } from './sample-facts.ts'

const [S, T] = [idOf('S'), idOf('T')]
const HOUR_MS = 3_600_000
const PASSWORD = 'Error in SYNC: session password check: Decryption error'
const FETCH = 'Error in SYNC: failed to fetch snapshot: 404'

let now: number
let chronicle: Chronicle
let members: MemberFacts[]

beforeEach(() => {
  now = 1_000_000_000
  chronicle = new Chronicle(() => now)
  members = []
})

function join(id: string, name: string, changes = {}, label: SessionLabel = LABEL): void {
  chronicle.joined(id, label, visitor(name, changes))
  if (id === S) members.push(member(name, { since: now, ...changes }))
}

function findings(): readonly Finding[] {
  const story = chronicle.story(S)
  if (!story) throw new Error('nobody joined')
  return findingsOn({ story, stories: chronicle.stories(), members, now })
}

const kinds = () => findings().map(({ kind }) => kind)

/** What each of them found the model to be. */
function vote(key: string, hashes: Readonly<Record<string, string>>): void {
  now += 1000
  for (const [name, hash] of Object.entries(hashes)) {
    const payload = JSON.stringify({ cpuTime: now, hash, viewId: name })
    chronicle.voted(S, visitor(name), { tuttiKey: key, payload })
  }
}

describe('nothing wrong', () => {
  test('is said of people who are together, and of one who is alone', () => {
    join(S, 'ada')
    expect(findings()).toMatchObject([{ kind: 'nothing wrong', level: 'fine' }])
    expect(findings()[0]?.advice).toContain('same link')
    join(S, 'bob')
    expect(findings()[0]?.detail).toContain('same session')
  })
})

describe('the same app and name in another session', () => {
  test('with other code is another version of the app', () => {
    join(S, 'ada')
    join(T, 'bob', { codeHash: 'other' }, { ...LABEL, pageUrl: 'http://localhost/old/' })
    expect(findings()).toMatchObject([{ kind: 'code version', level: 'problem', sessions: [T] }])
    expect(findings()[0]?.advice).toContain('http://box.school/apps/app/ and http://localhost/old/')
  })

  test('with another library is named by its versions', () => {
    join(S, 'ada')
    join(T, 'bob', { codeHash: 'other', sdk: '1.1.0' })
    expect(findings()).toMatchObject([{ kind: 'library version', sessions: [T] }])
    expect(findings()[0]?.detail).toContain('2.0.4 and 1.1.0')
  })

  test('with the same code has other options', () => {
    join(S, 'ada')
    join(T, 'bob')
    expect(kinds()).toEqual(['options'])
  })

  test('is no matter if it was long ago', () => {
    join(T, 'bob', { codeHash: 'other' })
    now += HOUR_MS
    join(S, 'ada')
    expect(kinds()).toEqual(['nothing wrong'])
  })

  test('is not looked for by the name alone, nor by the app alone', () => {
    join(S, 'ada')
    join(T, 'bob', {}, { ...LABEL, appId: 'org.example.other' })
    join(idOf('U'), 'eve', {}, { ...LABEL, name: 'other', persistentId: 'Q' })
    expect(kinds()).toEqual(['nothing wrong'])
  })
})

describe('a wrong password', () => {
  test('is told by the client that leaves', () => {
    join(S, 'ada')
    chronicle.left(S, visitor('eve', { userIp: '10.0.0.9' }), 4200, PASSWORD, 300)
    expect(findings()).toMatchObject([{ kind: 'wrong password' }])
    expect(findings()[0]?.detail).toContain('eve (10.0.0.9)')
  })

  test('is likely if it leaves at once and says nothing', () => {
    join(S, 'ada')
    chronicle.left(S, visitor('eve'), 4200, '', 300)
    expect(kinds()).toEqual(['wrong password'])
  })

  test('is none if it leaves later, or for another reason', () => {
    join(S, 'ada')
    chronicle.left(S, visitor('eve'), 4200, '', 30_000)
    chronicle.left(S, visitor('eve'), 4200, 'Send rate exceeded', 300)
    chronicle.left(S, visitor('eve'), 1000, '', 300)
    expect(kinds()).toEqual(['nothing wrong'])
  })

  test('is over when they are back', () => {
    join(S, 'ada')
    chronicle.left(S, visitor('eve', { userIp: '10.0.0.9' }), 4200, PASSWORD, 300)
    now += 1
    join(S, 'eve again', { userIp: '10.0.0.9' })
    expect(kinds()).toEqual(['nothing wrong'])
  })
})

describe('a snapshot that cannot be had', () => {
  test('is told by the client that gives up', () => {
    join(S, 'ada')
    chronicle.left(S, visitor('eve', { userIp: '10.0.0.9' }), 4200, FETCH, 7000)
    expect(findings()).toMatchObject([{ kind: 'snapshot', level: 'problem' }])
    expect(findings()[0]?.detail).toContain('eve')
  })

  test.each(['snapshotLost', 'snapshotMissed'] as const)('is noticed by the box: %s', (fact) => {
    join(S, 'ada')
    chronicle[fact](S)
    expect(kinds()).toEqual(['snapshot'])
    chronicle.snapshotTaken(S, 5000)
    expect(kinds()).toEqual(['nothing wrong'])
  })
})

describe('divergence', () => {
  beforeEach(() => {
    for (const name of ['ada', 'bob', 'eve']) join(S, name)
  })

  test('names who has something else', () => {
    vote('snapshot@1', { ada: 'x', bob: 'x', eve: 'y' })
    expect(findings()).toMatchObject([{ kind: 'divergence', level: 'problem' }])
    expect(findings()[0]?.detail).toContain('eve (10.0.0.1) has something else than the others')
  })

  test('of two is nobody’s alone', () => {
    vote('snapshot@1', { ada: 'x', bob: 'y' })
    expect(findings()[0]?.detail).toContain(
      'ada (10.0.0.1) and bob (10.0.0.1) do not have the same',
    )
  })

  test('is over when all have the same again', () => {
    vote('snapshot@1', { ada: 'x', bob: 'x', eve: 'y' })
    vote('snapshot@2', { ada: 'z', bob: 'z', eve: 'z' })
    expect(kinds()).toEqual(['nothing wrong'])
  })

  test('is none between two votes, nor of other topics', () => {
    vote('snapshot@1', { ada: 'x', bob: 'x' })
    vote('snapshot@2', { ada: 'y', bob: 'y' })
    vote('persist@1', { ada: '1', bob: '2' })
    chronicle.voted(S, visitor('ada'), { tuttiKey: 'snapshot@3', payload: 'no JSON' })
    expect(kinds()).toEqual(['nothing wrong'])
  })
})

test('people who come by different addresses of the box get a hint', () => {
  join(S, 'ada')
  join(S, 'bob', { boxHost: 'localhost:8888' })
  expect(findings()).toMatchObject([{ kind: 'host names', level: 'hint' }])
  expect(findings()[0]?.detail).toContain('box.school and localhost:8888')
})

test('several findings come together, the gravest first', () => {
  join(S, 'ada')
  join(S, 'bob', { boxHost: 'localhost' })
  join(T, 'eve', { codeHash: 'other' })
  chronicle.left(S, visitor('eve', { userIp: '10.0.0.9' }), 4200, PASSWORD, 300)
  expect(kinds()).toEqual(['code version', 'wrong password', 'host names'])
})
