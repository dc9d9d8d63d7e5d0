import { expect, it } from 'vitest'
import { parseFilePath } from '../files/file-path.ts'
import { fileOwner } from './file-owner.ts'

const HASH = `${'h'.repeat(42)}-`
const ID = 'i'.repeat(43)
const APP = 'apps/org.example.app'

it.each([
  [`snapshots/${ID}/0000000001_1-${HASH}.snap`, { kind: 'snapshot' }],
  [`${APP}/snap/${HASH}/${ID}.${ID}/0000000001_4294967281.${HASH}`, { kind: 'snapshot' }],
  [`${APP}/${ID}/save/${HASH}`, { kind: 'persisted', appId: 'org.example.app', persistentId: ID }],
  [`${APP}/${ID}/data/${HASH}`, { kind: 'data', appId: 'org.example.app', persistentId: ID }],
])('knows whose file %s is, as uploads do', (path, owner) => {
  expect(fileOwner(path)).toEqual(owner)
  expect(parseFilePath(path)).toMatchObject(owner)
})

it.each([
  'README.md',
  `${APP}/index.html`,
  `${APP}/${ID}/other/${HASH}`,
  `${APP}/${ID}/data/${HASH}.bak`,
  `snapshots/${ID}/more/0000000001_1-${HASH}.snap`,
  `snapshots/short/0000000001_1-${HASH}.snap`,
])('knows nothing of %s, nor do uploads', (path) => {
  expect(fileOwner(path)).toBeUndefined()
  expect(parseFilePath(path)).toBeUndefined()
})
