import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type FolderLook, findingsOfFolder } from './folder.ts'
import { probeFolder } from './folder-probe.ts'

const GB = 1_000_000_000
type There = Extract<FolderLook, { tag: 'there' }>
const LOOK: There = {
  tag: 'there',
  volume: { isLocal: true, isLasting: true, name: 'a local disk' },
  usedBytes: 30 * GB,
  freeBytes: 70 * GB,
  freeInodes: 1_000_000,
  write: { tag: 'done', ms: 3 },
}
const NEEDS = { maxVolumePercent: 90, durability: 'process' }

const byId = (look: FolderLook, needs = NEEDS) =>
  Object.fromEntries(findingsOfFolder(look, needs).map((finding) => [finding.id, finding]))
const failed = (code: string) =>
  ({ write: { tag: 'failed', code, reason: code } }) satisfies Partial<There>

it('one that is well has nothing but good', () => {
  const findings = Object.values(byId(LOOK))
  expect(findings.map(({ status }) => status)).toEqual(['ok', 'ok', 'ok'])
})

describe('one that is not', () => {
  it.each<[changes: Partial<There>, id: string, status: string, text: string]>([
    [failed('EROFS'), 'folder-write', 'problem', 'read-only'],
    [failed('EACCES'), 'folder-write', 'problem', 'by this user'],
    [failed('EPERM'), 'folder-write', 'problem', 'by this user'],
    [failed('ENOSPC'), 'folder-write', 'problem', 'the disk is full'],
    [failed('EDQUOT'), 'folder-write', 'problem', 'the disk is full'],
    [failed('EIO'), 'folder-write', 'problem', 'EIO'],
    [{ usedBytes: 91 * GB, freeBytes: 9 * GB }, 'disk', 'problem', '91 % full'],
    [{ usedBytes: 86 * GB, freeBytes: 14 * GB }, 'disk', 'warning', '86 % full'],
    [{ freeBytes: 50_000_000 }, 'disk', 'problem', 'sessions stand still'],
    [{ freeInodes: 12 }, 'inodes', 'warning', '12 more files'],
    [
      { volume: { isLocal: false, isLasting: true, name: 'NFS' } },
      'volume',
      'warning',
      'on NFS: storing is slower',
    ],
    [
      { volume: { isLocal: true, isLasting: false, name: 'memory (tmpfs)' } },
      'volume',
      'warning',
      'a restart may forget',
    ],
  ])('%o', (changes, id, status, text) => {
    const finding = byId({ ...LOOK, ...changes })[id]
    expect(finding).toMatchObject({ status, text: expect.stringContaining(text) })
    expect(finding?.advice).not.toBe('')
  })

  it('a slow disk matters where messages wait for it', () => {
    const slow: There = { ...LOOK, write: { tag: 'done', ms: 400 } }
    expect(byId(slow)['folder-write']?.status).toBe('ok')
    const careful = byId(slow, { ...NEEDS, durability: 'power' })
    expect(careful['folder-write']?.status).toBe('warning')
  })

  it('a volume that counts no files has room for them', () => {
    expect(byId({ ...LOOK, freeInodes: undefined }).inodes).toBeUndefined()
  })
})

it('one that is not there yet is no problem', async () => {
  const look = await probeFolder(join(tmpdir(), 'no-such-folder'))
  expect(findingsOfFolder(look, NEEDS)).toMatchObject([{ status: 'skipped' }])
})

it('one that cannot be looked at is', () => {
  const [finding] = findingsOfFolder({ tag: 'unknown', reason: 'nothing came' }, NEEDS)
  expect(finding).toMatchObject({
    status: 'problem',
    text: expect.stringContaining('nothing came'),
  })
})

it('looking at one leaves nothing there', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'doctor-folder-'))
  try {
    expect(await probeFolder(dir)).toMatchObject({ tag: 'there', write: { tag: 'done' } })
    expect(await readdir(dir)).toEqual([])
  } finally {
    await rm(dir, { recursive: true })
  }
})
