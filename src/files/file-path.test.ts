import { describe, expect, test } from 'vitest'
import { FILE_SHAPES, parseFilePath, parseFileUrl, parseRequestTarget } from './file-path.ts'

const SESSION = 'S'.repeat(43)
const PERSISTENT = 'p_-9'.padEnd(43, 'P')
const CODE = 'C'.repeat(43)
const HASH = 'h'.repeat(43)

const SNAPSHOT = `snapshots/${SESSION}/0000012345_4294967281-${HASH}.snap`
const APP_SNAPSHOT = `apps/org.example.app/snap/${CODE}/${PERSISTENT}.${SESSION}/0000000007_12.${HASH}`
const SAVED = `apps/org.example.app/${PERSISTENT}/save/${HASH}`
const DATA = `apps/org.example.app/${PERSISTENT}/data/${HASH}`

describe('a file path', () => {
  test('of a snapshot tells session, time, seq and hash', () => {
    expect(parseFilePath(SNAPSHOT)).toEqual({
      kind: 'snapshot',
      path: SNAPSHOT,
      sessionId: SESSION,
      time: 12345,
      seq: 4294967281,
      hash: HASH,
      app: undefined,
    })
  })

  test('of a snapshot below its app tells the app, too', () => {
    expect(parseFilePath(APP_SNAPSHOT)).toEqual({
      kind: 'snapshot',
      path: APP_SNAPSHOT,
      sessionId: SESSION,
      time: 7,
      seq: 12,
      hash: HASH,
      app: { appId: 'org.example.app', persistentId: PERSISTENT, codeHash: CODE },
    })
  })

  test('of saved and of bulk data tells app, persistent id and hash', () => {
    const parts = { appId: 'org.example.app', persistentId: PERSISTENT, hash: HASH }
    expect(parseFilePath(SAVED)).toEqual({ kind: 'persisted', path: SAVED, ...parts })
    expect(parseFilePath(DATA)).toEqual({ kind: 'data', path: DATA, ...parts })
  })

  test('may have a time of more than ten digits', () => {
    const path = SNAPSHOT.replace('0000012345', '123456789012')
    expect(parseFilePath(path)).toMatchObject({ time: 123456789012 })
  })

  test.each(['a.b', 'A.B', 'com.example.my-app', 'no.appId', 'a_1.2_b', `a.${'b'.repeat(126)}`])(
    'may have the app id %s',
    (appId) => {
      expect(parseFilePath(DATA.replace('org.example.app', appId))).toMatchObject({ appId })
    },
  )

  test('has one of four shapes', () => {
    const filled = FILE_SHAPES.map((shape) =>
      shape
        .replaceAll(/<(sessionId|hash|codeHash|persistentId)>/g, SESSION)
        .replace('<appId>', 'a.b')
        .replace('<time>', '0000000001')
        .replace('<seq>', '1'),
    )
    expect(filled.map((path) => parseFilePath(path)?.kind)).toEqual([
      'snapshot',
      'snapshot',
      'persisted',
      'data',
    ])
  })
})

describe('no file path', () => {
  test.each([
    '',
    '/',
    '.',
    '..',
    'snapshots',
    'snapshots/',
    `snapshots/${SESSION}`,
    `snapshots/${SESSION}/`,
    `/${SNAPSHOT}`,
    `${SNAPSHOT}/`,
    `${SNAPSHOT}\n`,
    `${SNAPSHOT}\0`,
    `${SNAPSHOT}.html`,
    `${SNAPSHOT}?x`,
    `${SNAPSHOT}#x`,
    `x/${SNAPSHOT}`,
    `../${SNAPSHOT}`,
    SNAPSHOT.replace('/', '//'),
    SNAPSHOT.replace('/', '\\'),
    SNAPSHOT.replace('/', '%2F'),
    SNAPSHOT.replace('/', '/../snapshots/'),
    SNAPSHOT.replace('snapshots', 'Snapshots'),
    SNAPSHOT.replace(SESSION, SESSION.slice(1)),
    SNAPSHOT.replace(SESSION, `${SESSION}S`),
    SNAPSHOT.replace(SESSION, `${SESSION.slice(2)}..`),
    SNAPSHOT.replace(SESSION, `${SESSION.slice(3)}%41`),
    SNAPSHOT.replace(SESSION, `${SESSION.slice(1)}é`),
    SNAPSHOT.replace('0000012345', '12345'),
    SNAPSHOT.replace('0000012345', '00000012345'),
    SNAPSHOT.replace('0000012345', '-000012345'),
    SNAPSHOT.replace('0000012345', '0000012345.5'),
    SNAPSHOT.replace('0000012345', '1'.repeat(16)),
    SNAPSHOT.replace('4294967281', '4294967296'),
    SNAPSHOT.replace('4294967281', '01'),
    SNAPSHOT.replace('.snap', ''),
    APP_SNAPSHOT.replace(`.${SESSION}`, ''),
    `${APP_SNAPSHOT}.snap`,
    SAVED.replace('save', 'snap'),
    SAVED.replace('save', 'other'),
    SAVED.replace('org.example.app', 'app'),
    SAVED.replace('org.example.app', '..'),
    SAVED.replace('org.example.app', '.a.b'),
    SAVED.replace('org.example.app', 'a..b'),
    SAVED.replace('org.example.app', 'a.b.'),
    SAVED.replace('org.example.app', 'a.b-'),
    SAVED.replace('org.example.app', '1.b'),
    SAVED.replace('org.example.app', 'a.b c'),
    SAVED.replace('org.example.app', `a.${'b'.repeat(127)}`),
    DATA.replace(PERSISTENT, '..'),
    DATA.replace(HASH, '%HASH%'),
    `${DATA}=`,
    DATA.padEnd(100_000, 'h'),
  ])('is %j', (path) => {
    expect(parseFilePath(path)).toBeUndefined()
  })

  test('is refused in no time', () => {
    const started = performance.now()
    parseFilePath(`apps/a.${'b-'.repeat(200)}/${PERSISTENT}/save/${HASH}`)
    parseFilePath(`apps/${'a.a'.repeat(150)}!/`)
    expect(performance.now() - started).toBeLessThan(500)
  })
})

describe('an announced URL', () => {
  test.each([
    `http://localhost:8888/files/${DATA}`,
    `https://box.example/files/${DATA}`,
    `https://[::1]:8443/team/x/files/${DATA}`,
    `http://box/files/files/${DATA}`,
    `/files/${DATA}`,
    `/team/x/files/${DATA}`,
  ])('%s is a file of the box', (url) => {
    expect(parseFileUrl(url)?.path).toBe(DATA)
  })

  test.each([
    '',
    DATA,
    `files/${DATA}`,
    `ftp://box/files/${DATA}`,
    `javascript:/files/${DATA}`,
    `http:///files/${DATA}`,
    `http://box/${DATA}`,
    `http://box/files/${DATA}?x=1`,
    `http://box/files/${DATA}#x`,
    `http://box/?/files/${DATA}`,
    `http://box?/files/${DATA}`,
    `http://box#/files/${DATA}`,
    `http://box/files/${DATA}/`,
    `http://box/files/../files/${DATA}/..`,
    `http://box/files//${DATA}`,
    `http://box/files/%61${DATA.slice(1)}`,
    `http://box/files/snapshots/../${DATA}`,
    'http://box/files/',
  ])('%j is none', (url) => {
    expect(parseFileUrl(url)).toBeUndefined()
  })
})

describe('a request target', () => {
  test('may have a prefix and a query', () => {
    expect(parseRequestTarget(`/team/x/files/${DATA}?v=/files/1`)?.path).toBe(DATA)
  })

  test.each([DATA, `/x?/files/${DATA}`, `http://box/files/${DATA}`, '/files/', '*', ''])(
    '%j asks for no file',
    (target) => {
      expect(parseRequestTarget(target)).toBeUndefined()
    },
  )
})
