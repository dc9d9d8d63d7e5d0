import { expect, it } from 'vitest'
import type { Checksum } from './checksum.ts'
import { appsIn, bytesIn, type Manifest, parseManifest, verifyEntries } from './manifest.ts'

const FILE = { path: 'p', bytes: 1, sha256: 'aa' }
const MANIFEST: Manifest = {
  format: 3,
  createdAt: '2030-01-02T00:00:00.000Z',
  programVersion: '1.2.3',
  schemaVersion: 2,
  database: { bytes: 3, sha256: 'bb' },
  files: [FILE],
  missing: ['gone'],
}

const parse = (changes: object) => parseManifest(JSON.stringify({ ...MANIFEST, ...changes }), 2)

it('takes what a backup writes, also of an older schema', () => {
  expect(parse({})).toEqual(MANIFEST)
  expect(parse({ schemaVersion: 1 }).schemaVersion).toBe(1)
})

it('says which version is needed for a newer backup, whatever else is in it', () => {
  expect(() => parse({ format: 4, files: 'elsewhere' })).toThrow(
    'the backup was made by version 1.2.3 of the box (format 4), and this one knows up to format 3: ' +
      'restore it with version 1.2.3 or newer',
  )
  expect(() => parse({ schemaVersion: 3 })).toThrow('restore it with version 1.2.3 or newer')
})

it.each([
  ['format', '1'],
  ['createdAt', 1],
  ['programVersion', undefined],
  ['schemaVersion', 1.5],
  ['database', { bytes: -1, sha256: 'bb' }],
  ['database', null],
  ['files', {}],
  ['files', [{ ...FILE, path: 1 }]],
  ['files', [{ ...FILE, sha256: undefined }]],
  ['access', {}],
  ['ca', [{ ...FILE, path: 1 }]],
  ['apps', [{ ...FILE, bytes: -1 }]],
  ['missing', [1]],
])('refuses a wrong %s', (name, value) => {
  expect(() => parse({ [name]: value })).toThrow('manifest.json is damaged')
})

it.each(['', 'null', '[]', '{'])('refuses what is no manifest: %s', (text) => {
  expect(() => parseManifest(text, 2)).toThrow('manifest.json is damaged')
})

it('verifies that exactly what it names is there, with its bytes', () => {
  const database = ['box.sqlite', MANIFEST.database] as const
  const verify = (...files: Array<readonly [string, Checksum]>) =>
    verifyEntries(MANIFEST, new Map(files))
  verify(database, ['uploads/p', FILE])
  expect(() => verify(['uploads/p', FILE])).toThrow('box.sqlite is missing from the backup')
  expect(() => verify(database)).toThrow('uploads/p is missing from the backup')
  expect(() => verify(database, ['uploads/p', { ...FILE, bytes: 2 }])).toThrow('is damaged')
  expect(() => verify(database, ['uploads/p', { ...FILE, sha256: 'ab' }])).toThrow('is damaged')
  expect(() => verify(database, ['uploads/p', FILE], ['uploads/q', FILE])).toThrow(
    'uploads/q is in the backup and not in its manifest',
  )
})

it('counts apps and bytes, also of a format that had no apps', () => {
  expect([appsIn(MANIFEST), bytesIn(MANIFEST)]).toEqual([0, 4])
  const paths = ['a/releases/1/index.html', 'a/releases/1/app.json', 'a/app.json', 'b/app.json']
  const whole = { ...MANIFEST, apps: paths.map((path) => ({ ...FILE, path })) }
  expect([appsIn(whole), bytesIn(whole)]).toEqual([2, 8])
})
