import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  type RawZipEntry,
  rawZipOf,
  type TarEntry,
  tarGzOf,
  tarOf,
  zipOf,
} from '../../../test/support/archives.ts'
import { DeployError } from './deploy-error.ts'
import { ReleaseWriter } from './release-writer.ts'
import { unpack } from './unpack.ts'

const LIMITS = { maxBytes: 10_000_000, maxEntries: 50 }
const PAGE = { name: 'index.html', body: 'page' }
const LARGE = Buffer.alloc(5_000_000, 'x')

let top: string
let writer: ReleaseWriter
let takenBytes: number
beforeEach(async () => {
  top = await mkdtemp(join(tmpdir(), 'unpack-'))
  await mkdir(join(top, 'app'))
  takenBytes = 0
  writer = newWriter()
})
afterEach(() => rm(top, { recursive: true }))

function newWriter(limits = LIMITS): ReleaseWriter {
  return new ReleaseWriter({
    dir: join(top, 'app'),
    limits,
    room: {
      take: async (bytes) => {
        takenBytes += bytes
      },
    },
    signal: new AbortController().signal,
  })
}

async function unpacked(archive: Buffer, limits = LIMITS): Promise<void> {
  const path = join(top, 'archive')
  await writeFile(path, archive)
  const { signal } = new AbortController()
  await unpack(path, writer, limits, signal)
}

async function refusal(archive: Buffer): Promise<string> {
  const error = await unpacked(archive).then(
    () => new Error('it was taken'),
    (reason: Error) => reason,
  )
  expect(error, error.stack ?? '').toBeInstanceOf(DeployError)
  expect([400, 413]).toContain((error as DeployError).statusCode)
  return error.message
}

/** All that is in the folder beside the archive, by path. */
async function found(): Promise<Record<string, string>> {
  const entries = await readdir(join(top), { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => !entry.isDirectory() && entry.name !== 'archive')
  const read = files.map(async ({ parentPath, name }) => {
    const path = join(parentPath, name)
    return [path.slice(top.length + 1), await readFile(path, 'latin1')] as const
  })
  return Object.fromEntries(await Promise.all(read))
}

const FILES = { 'index.html': 'page', 'js/main.js': 'main', 'js/deep/ä.txt': 'ä' }
const ON_DISK = { 'app/index.html': 'page', 'app/js/main.js': 'main', 'app/js/deep/ä.txt': 'Ã¤' }

describe('is unpacked as it is:', () => {
  test.each([
    ['a zip', () => zipOf(FILES)],
    ['a zip64', () => zipOf(FILES, { zip64: true })],
    ['a tar.gz', () => tarGzOf(FILES)],
    ['a tar', () => tarOf(Object.entries(FILES).map(([name, body]) => ({ name, body })))],
    ['one with folders', () => tarOf([{ name: 'js', type: 'directory' }, ...tarEntries('')])],
    [
      'one of the folder itself',
      () => tarOf([{ name: './', type: 'directory' }, ...tarEntries('./')]),
    ],
    [
      'a zip with folders',
      async () =>
        rawZipOf([{ name: 'js/', mode: 0o040_755 }, ...rawEntries(), { name: 'js/deep/' }]),
    ],
    [
      'a zip of PowerShell 5',
      async () => {
        const names = rawEntries().map((entry) => ({ ...entry, system: 0 }))
        const entries = names.map((entry) => ({
          ...entry,
          name: String(entry.name).replaceAll('/', '\\'),
        }))
        return rawZipOf([{ name: 'js\\empty\\', system: 0 }, ...entries])
      },
    ],
    ['a tar.gz in two pieces', async () => twoMembers(await tarOf(tarEntries('')))],
  ])('%s', async (_, make) => {
    await unpacked(await make())
    expect(await found()).toEqual(ON_DISK)
    expect(writer.bytes).toBe(10)
    expect(takenBytes).toBe(10)
    expect(writer.skipped).toEqual([])
  })

  test('an empty file, and an empty folder', async () => {
    await unpacked(rawZipOf([{ name: 'index.html', isDeflated: true }, { name: 'x/' }]))
    expect(await readdir(join(top, 'app'))).toEqual(['index.html', 'x'])
  })
})

function tarEntries(prefix: string): readonly TarEntry[] {
  return Object.entries(FILES).map(([name, body]) => ({ name: `${prefix}${name}`, body }))
}

function rawEntries(): readonly RawZipEntry[] {
  return Object.entries(FILES).map(([name, body]) => ({ name, body, isDeflated: true }))
}

function twoMembers(bytes: Buffer): Buffer {
  return Buffer.concat([gzipSync(bytes.subarray(0, 700)), gzipSync(bytes.subarray(700))])
}

test('what is never meant for visitors is left out, and told', async () => {
  const skipped = {
    '.env': 'secret',
    '.git/HEAD': 'x',
    '.git/refs/a': 'x',
    'js/.DS_Store': 'x',
    '__MACOSX/._index.html': 'x',
    'Thumbs.db': 'x',
  }
  await unpacked(await zipOf({ ...FILES, ...skipped }))
  expect(await found()).toEqual(ON_DISK)
  expect(writer.skipped).toEqual(['.env', '.git/', 'js/.DS_Store', '__MACOSX/', 'Thumbs.db'])
  writer = newWriter()
  await rm(join(top, 'app'), { recursive: true })
  await mkdir(join(top, 'app'))
  const link: TarEntry = { name: '.git/hooks', type: 'symlink', linkname: '/etc' }
  await unpacked(await tarOf([...tarEntries(''), link, { name: '.env', body: 'secret' }]))
  expect(await found()).toEqual(ON_DISK)
  expect(writer.skipped).toEqual(['.git/', '.env'])
})

const NAMES: ReadonlyArray<readonly [name: string, reason: string]> = [
  ['../evil', '"../evil" leads out of the app'],
  ['a/../../evil', 'leads out of the app'],
  ['a/..', 'leads out of the app'],
  ['.git/../../evil', 'leads out of the app'],
  ['/etc/evil', '"/etc/evil" is an absolute path'],
  ['C:/evil', 'begins with a drive letter'],
  ['c:evil', 'begins with a drive letter'],
  ['..\\evil', '"..\\\\evil" has a backslash'],
  ['a\\b', 'has a backslash'],
  ['a\nb', '"a\\nb" has characters in its name'],
  ['a\u0085b', '"a\\u0085b" has characters in its name'],
  ['a//b', 'has an empty part'],
  ['a/./b', 'has an empty part'],
  ['ab:c', 'Windows cannot store'],
  ['what?.html', 'Windows cannot store'],
  ['a /b', 'ends in a dot or space'],
  ['a./b', 'ends in a dot or space'],
  ['js/nul.txt', 'Windows keeps for devices'],
  ['x'.repeat(201), 'is too long'],
  [Array(4).fill('x'.repeat(150)).join('/'), 'is too long'],
  [`${'a/'.repeat(20)}x`, 'is in more than 20 folders'],
]

describe('an entry is refused by name, and nothing is written elsewhere', () => {
  test.each(NAMES)('%j in a zip', async (name, reason) => {
    const message = await refusal(rawZipOf([{ name, body: 'evil' }, PAGE]))
    expect(message).toContain(reason)
    expect(await found()).toEqual({})
  })

  test.each([
    ['..\\evil', '"../evil" leads out of the app'],
    ['a\\..\\..\\evil', 'leads out of the app'],
    ['a/..\\../evil', 'leads out of the app'],
    ['.git\\..\\..\\evil', 'leads out of the app'],
    ['\\evil', 'is an absolute path'],
    ['\\\\server\\share\\evil', 'is an absolute path'],
    ['C:\\evil', 'begins with a drive letter'],
    ['a\\\\b', 'has an empty part'],
    ['js\\nul.txt', 'Windows keeps for devices'],
  ])('%j in a zip of Windows', async (name, reason) => {
    for (const system of [0, 10, 14]) {
      writer = newWriter()
      const message = await refusal(rawZipOf([{ name, body: 'evil', system }, PAGE]))
      expect(message).toContain(reason)
      expect(await found()).toEqual({})
    }
  })

  test('two of one name, written in two ways', async () => {
    const entries = ['js/a', 'js\\a'].map((name) => ({ name, system: 0 }))
    expect(await refusal(rawZipOf(entries))).toContain('is in it twice')
  })

  test.each(NAMES)('%j in a tar', async (name, reason) => {
    expect(await refusal(await tarOf([{ name, body: 'evil' }, PAGE]))).toContain(reason)
    expect(await found()).toEqual({})
  })

  test('a name with a null, and one that is no text', async () => {
    expect(await refusal(rawZipOf([{ name: 'a\0b' }, PAGE]))).toContain(
      '"a\\u0000b" has characters',
    )
    const name = Buffer.from([0x61, 0xff, 0xfe])
    expect(await refusal(rawZipOf([{ name }, PAGE]))).toContain('has characters in its name')
    expect(await refusal(rawZipOf([{ name: '' }, PAGE]))).toContain('"" has no name')
  })

  test.each([
    ['the same name', 'a', 'a', '"a" is in it twice'],
    ['capitals', 'js/a', 'js/A', '"js/A" and "js/a" differ only in capitals'],
    ['capitals of folders', 'js/a', 'JS/b', '"JS" and "js" differ only in capitals'],
    ['accents written otherwise', '\u00e4', 'a\u0308', 'is in it twice'],
    ['a file in a file', 'a', 'a/b', '"a" is a file and a folder'],
    ['a file for a folder', 'a/b', 'a', '"a" is a file and a folder'],
  ])('two of %s', async (_, one, other, reason) => {
    expect(await refusal(rawZipOf([{ name: one }, { name: other }]))).toContain(reason)
    writer = newWriter()
    await rm(join(top, 'app'), { recursive: true })
    await mkdir(join(top, 'app'))
    expect(await refusal(await tarOf([{ name: one }, { name: other }]))).toContain(reason)
  })

  test.each([
    ['a link', 0o120_777],
    ['a device', 0o020_666],
    ['a device', 0o060_666],
    ['a pipe', 0o010_666],
    ['a socket', 0o140_666],
  ])('%s in a zip', async (kind, mode) => {
    const message = await refusal(rawZipOf([PAGE, { name: 'evil', body: '/etc/passwd', mode }]))
    expect(message).toContain(`"evil" is ${kind}`)
    expect(await found()).toEqual({})
  })

  test.each([
    ['a link', { type: 'symlink', linkname: '/etc/passwd' }],
    ['a link', { type: 'link', linkname: 'index.html' }],
    ['a device', { type: 'character-device' }],
    ['a device', { type: 'block-device' }],
    ['a pipe', { type: 'fifo' }],
  ] as const)('%s in a tar (%j)', async (kind, header) => {
    const archive = await tarOf([{ name: 'evil', ...header }, PAGE])
    expect(await refusal(archive)).toContain(`"evil" is ${kind}`)
    expect(await found()).toEqual({})
  })

  test('what cannot be unpacked', async () => {
    const encrypted = rawZipOf([{ ...PAGE, flags: 1 }])
    // Its size has to be that of a header more.
    expect(await refusal(encrypted)).toMatch(/is encrypted|mismatch/)
    const encryptedAndDeflated = rawZipOf([{ ...PAGE, isDeflated: true, flags: 1 }])
    expect(await refusal(encryptedAndDeflated)).toContain('"index.html" is encrypted')
    const odd = rawZipOf([{ ...PAGE, method: 93 }])
    expect(await refusal(odd)).toContain('compressed in a way that few programs know')
  })
})

describe('an archive is refused that is', () => {
  test.each([
    ['empty', async () => Buffer.alloc(0)],
    ['no archive', async () => Buffer.from('hello, I am an app'.repeat(100))],
    ['a zip, cut in the middle', async () => cut(await zipOf({ ...FILES, large: LARGE }))],
    ['a zip without its end', async () => (await zipOf(FILES)).subarray(0, -4)],
    ['a tar, cut in the middle', async () => cut(await tarOf([PAGE, { name: 'x', body: LARGE }]))],
    ['a tar, cut between files', async () => (await tarOf([PAGE, PAGE])).subarray(0, 1024)],
    ['a tar.gz, cut in the middle', async () => cut(await tarGzOf(FILES))],
    ['a tar.gz of a tar that is cut', async () => gzipSync(cut(await tarOf([PAGE, PAGE])))],
    ['a tar.gz with a damaged byte', async () => flipped(await tarGzOf(FILES), 60)],
    ['a tar with a damaged header', async () => flipped(await tarOf([PAGE]), 3)],
    ['a zip with a damaged byte', async () => flipped(rawZipOf([PAGE]), 41)],
    ['a zip with a wrong checksum', async () => rawZipOf([{ ...PAGE, crc: 1 }])],
    ['a zip whose files are larger than they say', async () => lying(10)],
    ['a zip whose files are smaller than they say', async () => lying(5_000_001)],
    ['a zip whose file begins elsewhere', async () => rawZipOf([{ ...PAGE, offset: 7 }])],
  ])('%s', async (_, make) => {
    expect(await refusal(await make())).toMatch(/pack it again$/)
  })

  test('a zip whose files share their bytes', async () => {
    const shared = Array.from({ length: 20 }, (_, i) => ({ ...PAGE, name: `a${i}`, offset: 0 }))
    expect(await refusal(rawZipOf(shared))).toContain('overlaps another file in the archive')
  })

  test('a zip of too many files, before any is written', async () => {
    const many = Array.from({ length: 51 }, (_, i) => ({ name: `${i}` }))
    expect(await refusal(rawZipOf(many))).toBe('the archive has 51 entries, 50 at most')
  })

  test('a tar of too many files', async () => {
    const many = Array.from({ length: 51 }, (_, i) => ({ name: `${i}` }))
    expect(await refusal(await tarOf(many))).toContain('more than 50 files and folders')
    const hidden = Array.from({ length: 51 }, (_, i) => ({ name: `.git/${i}` }))
    writer = newWriter()
    expect(await refusal(await tarOf(hidden))).toContain('more than 50 files and folders')
  })

  test('full of folders that no entry names', async () => {
    const deep = Array.from({ length: 10 }, (_, i) => ({ name: `${i}/b/c/d/e/f/g` }))
    expect(await refusal(rawZipOf(deep))).toContain('more than 50 files and folders')
  })
})

function cut(bytes: Buffer): Buffer {
  return bytes.subarray(0, Math.floor(bytes.length / 2))
}

function flipped(bytes: Buffer, index: number): Buffer {
  bytes[index] = (bytes[index] ?? 0) ^ 0xff
  return bytes
}

/** A file of 5 MB that says it has so many bytes. */
function lying(bytes: number): Buffer {
  return rawZipOf([{ name: 'index.html', body: LARGE, isDeflated: true, bytes }])
}

describe('a bomb is refused early, and holds nobody up', () => {
  /** More than the machine of the tests does by itself when it is busy (ms). */
  const LONGEST_DELAY_MS = 250
  const ZEROS = 100_000_000

  test.each([
    ['a zip that says so', async () => rawZipOf([zeros(ZEROS)]), 0],
    ['a zip that does not say so', async () => rawZipOf([{ ...zeros(ZEROS), bytes: 1000 }]), 1000],
    ['a tar.gz that says so', async () => gzipSync(tarHead(ZEROS)), 0],
    ['a tar.gz that is zeros only', async () => gzipSync(Buffer.alloc(ZEROS)), 0],
    ['a tar.gz with zeros in what is left out', async () => gzipSync(tarHead(ZEROS, '.git/x')), 0],
  ])('%s', async (_, make, mostWritten) => {
    const archive = await make()
    const delays = monitorEventLoopDelay({ resolution: 5 })
    delays.enable()
    expect(await refusal(archive)).toMatch(/larger than/)
    delays.disable()
    expect(delays.max / 1e6).toBeLessThan(LONGEST_DELAY_MS)
    expect(takenBytes).toBeLessThanOrEqual(mostWritten)
  })

  function zeros(bytes: number): RawZipEntry {
    return { name: 'index.html', body: Buffer.alloc(bytes), isDeflated: true }
  }

  function tarHead(bytes: number, name = 'index.html'): Buffer {
    return Buffer.concat([headerOf(name, bytes), Buffer.alloc(bytes)])
  }
})

/** Of a file in a tar. */
function headerOf(name: string, bytes: number): Buffer {
  const header = Buffer.alloc(512)
  header.write(name, 0)
  header.write('0000644\0', 100)
  header.write(`${bytes.toString(8).padStart(11, '0')}\0`, 124)
  header.write('        0', 148)
  header.write('ustar\u000000', 257)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return header
}
