import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type FilePath, parseFilePath } from './file-path.ts'
import { createFileStore, type FileStore, type StoredFile } from './file-store.ts'
import { UploadRoom } from './upload-room.ts'

const ID = 'I'.repeat(43)
const SNAPSHOT = pathOf(`snapshots/${ID}/0000000001_1-${ID}.snap`)
const MAX_BYTES = 1000

let dir: string
let indexed: StoredFile[]
let store: FileStore

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'box-files-'))
  indexed = []
  store = createFileStore({ dir, maxBytes: MAX_BYTES, onStored: (file) => void indexed.push(file) })
  await store.open()
})

afterEach(() => rm(dir, { recursive: true }))

function pathOf(text: string): FilePath {
  const path = parseFilePath(text)
  if (!path) throw new Error(`no file path: ${text}`)
  return path
}

function dataPath(bytes: string): FilePath {
  const hash = createHash('sha256').update(bytes).digest('base64url')
  return pathOf(`apps/org.example.app/${ID}/data/${hash}`)
}

function bytes(...chunks: string[]): Readable {
  return Readable.from(chunks.map((chunk) => Buffer.from(chunk)))
}

function contentOf(path: FilePath): Promise<string> {
  return readFile(join(dir, 'uploads', path.path), 'utf8')
}

/** All that is in the store's folders, files and folders. */
function entries(folder: 'uploads' | 'incoming' | 'trash'): Promise<string[]> {
  return readdir(join(dir, folder), { recursive: true })
}

describe('put', () => {
  test('stores the bytes and has them indexed', async () => {
    const result = await store.put(SNAPSHOT, bytes('some ', 'bytes'))
    expect(result).toEqual({ path: SNAPSHOT.path, bytes: 10, status: 'stored' })
    expect(await contentOf(SNAPSHOT)).toBe('some bytes')
    expect(indexed).toEqual([{ path: SNAPSHOT.path, bytes: 10 }])
    expect(await entries('incoming')).toEqual([])
  })

  test('stores an empty file', async () => {
    expect(await store.put(dataPath(''), bytes())).toMatchObject({ bytes: 0, status: 'stored' })
  })

  test('leaves a file as it is that was there, and has it indexed again', async () => {
    await store.put(SNAPSHOT, bytes('first'))
    const again = bytes('the second')
    expect(await store.put(SNAPSHOT, again)).toMatchObject({ bytes: 5, status: 'present' })
    expect(again.readableEnded).toBe(true)
    expect(await contentOf(SNAPSHOT)).toBe('first')
    expect(indexed).toHaveLength(2)
  })

  test('lets the first of many at once win, and none fail', async () => {
    const contents = Array.from({ length: 20 }, (_, index) => `upload ${index}`)
    const results = await Promise.all(contents.map((text) => store.put(SNAPSHOT, bytes(text))))
    expect(results.filter(({ status }) => status === 'stored')).toHaveLength(1)
    const winner = results.findIndex(({ status }) => status === 'stored')
    expect(await contentOf(SNAPSHOT)).toBe(contents[winner])
    expect(await entries('incoming')).toEqual([])
  })

  test('waits for the index', async () => {
    const order: string[] = []
    const indexing = createFileStore({
      dir,
      maxBytes: MAX_BYTES,
      onStored: async () => {
        await new Promise(setImmediate)
        order.push('indexed')
      },
    })
    await indexing.put(SNAPSHOT, bytes('x')).then(() => order.push('done'))
    expect(order).toEqual(['indexed', 'done'])
  })

  test('fails if the index does, and succeeds when asked again', async () => {
    let fails = true
    const onStored = async () => {
      if (fails) throw new Error('no index')
    }
    const failing = createFileStore({ dir, maxBytes: MAX_BYTES, onStored })
    await expect(failing.put(SNAPSHOT, bytes('x'))).rejects.toThrow('no index')
    fails = false
    expect(await failing.put(SNAPSHOT, bytes('x'))).toMatchObject({ status: 'present' })
  })

  test.each([
    ['a file that was there', ['first'], 'stored'],
    ['its own file', [], 'stored'],
  ])(
    'stores anew if %s is taken away as garbage before it is noted',
    async (_name, before, status) => {
      for (const text of before) await store.put(SNAPSHOT, bytes(text))
      const sizes: number[] = []
      const collected = createFileStore({
        dir,
        maxBytes: MAX_BYTES,
        onStored: async (file) => {
          sizes.push(file.bytes)
          if (sizes.length === 1) await rm(join(dir, 'uploads', file.path))
        },
      })
      expect(await collected.put(SNAPSHOT, bytes('second'))).toMatchObject({ bytes: 6, status })
      expect(await contentOf(SNAPSHOT)).toBe('second')
      expect(sizes).toEqual([before[0]?.length ?? 6, 6])
      expect(await entries('incoming')).toEqual([])
    },
  )

  test('says that the disk is full', async () => {
    const onStored = () => {
      throw Object.assign(new Error('no space left'), { code: 'ENOSPC' })
    }
    const full = createFileStore({ dir, maxBytes: MAX_BYTES, onStored })
    await expect(full.put(SNAPSHOT, bytes('x'))).rejects.toMatchObject({
      statusCode: 507,
      message: expect.stringContaining('disk of the box is full'),
    })
  })

  test('tells of all bytes that came, also of an upload that is refused', async () => {
    let came = 0
    const onBytes = (more: number) => {
      came += more
    }
    await store.put(SNAPSHOT, bytes('some ', 'bytes'), { onBytes })
    await store.put(SNAPSHOT, bytes('again'), { onBytes })
    expect(came).toBe(15)
    await expect(store.put(dataPath('right'), bytes('wrong'), { onBytes })).rejects.toThrow()
    expect(came).toBe(20)
  })

  describe('[LIMIT23] where there is no room', () => {
    let room: number
    let roomy: FileStore

    beforeEach(() => {
      room = 10
      const rules = { mostPercent: 100, reserveBytes: 0 }
      const measure = async () => ({ usedBytes: 0, freeBytes: room })
      roomy = createFileStore({
        dir,
        maxBytes: MAX_BYTES,
        room: new UploadRoom(measure, rules, () => 0),
        onStored: () => {},
      })
    })

    test('refuses before it reads anything', async () => {
      const source = bytes('x'.repeat(11))
      const refused = roomy.put(SNAPSHOT, source, { announcedBytes: 11 })
      await expect(refused).rejects.toMatchObject({ statusCode: 507, limit: 'volume-use' })
      expect(source.readableDidRead).toBe(false)
    })

    test('refuses an upload of unknown size when it gets there, and leaves nothing of it', async () => {
      const refused = roomy.put(SNAPSHOT, bytes('x'.repeat(11)))
      await expect(refused).rejects.toMatchObject({ statusCode: 507 })
      expect(await entries('incoming')).toEqual([])
      expect(await entries('uploads')).toEqual([])
    })

    test('has what is there already', async () => {
      await store.put(SNAPSHOT, bytes('first'))
      room = 0
      expect(await roomy.put(SNAPSHOT, bytes('again'))).toMatchObject({ status: 'present' })
    })
  })
})

describe('put refuses', () => {
  afterEach(async () => {
    expect(await entries('uploads')).toEqual([])
    expect(await entries('incoming')).toEqual([])
    expect(indexed).toEqual([])
  })

  test('more bytes than the limit, and leaves the source to its owner', async () => {
    const source = new Readable({ read: () => void source.push(Buffer.alloc(MAX_BYTES)) })
    await expect(store.put(SNAPSHOT, source)).rejects.toMatchObject({ statusCode: 413 })
    expect(source.destroyed).toBe(false)
    expect(source.isPaused()).toBe(true)
  })

  test('an announced size over the limit before the first byte', async () => {
    const source = bytes('x')
    const refused = store.put(SNAPSHOT, source, { announcedBytes: MAX_BYTES + 1 })
    await expect(refused).rejects.toMatchObject({ statusCode: 413 })
    expect(source.readableDidRead).toBe(false)
  })

  test('data that is not what its hash says', async () => {
    const refused = store.put(dataPath('right'), bytes('wrong'))
    await expect(refused).rejects.toMatchObject({
      statusCode: 422,
      message: expect.stringContaining(createHash('sha256').update('wrong').digest('base64url')),
    })
  })

  test('what breaks off', async () => {
    const source = new Readable({ read() {} })
    source.push('half')
    const refused = store.put(SNAPSHOT, source)
    source.destroy(new Error('connection lost'))
    await expect(refused).rejects.toMatchObject({ statusCode: 400 })
  })

  test('what was broken off before', async () => {
    const source = new Readable({ read() {} })
    source.destroy()
    await expect(store.put(SNAPSHOT, source)).rejects.toMatchObject({ statusCode: 400 })
  })
})

test('an upload keeps to the limit exactly', async () => {
  expect(
    await store.put(SNAPSHOT, bytes('x'.repeat(MAX_BYTES)), { announcedBytes: MAX_BYTES }),
  ).toMatchObject({
    bytes: MAX_BYTES,
  })
})

test('a second upload is judged by the same rules as the first', async () => {
  const path = dataPath('right')
  await store.put(path, bytes('right'))
  await expect(store.put(path, bytes('wrong'))).rejects.toMatchObject({ statusCode: 422 })
  await expect(store.put(path, bytes('x'.repeat(2000)))).rejects.toMatchObject({ statusCode: 413 })
  expect(await contentOf(path)).toBe('right')
})

describe('stat', () => {
  test('tells the size of a file that is there', async () => {
    await store.put(SNAPSHOT, bytes('12345'))
    expect(await store.stat(SNAPSHOT.path)).toEqual({ path: SNAPSHOT.path, bytes: 5 })
  })

  test('knows nothing of others, nor of anything outside', async () => {
    await writeFile(join(dir, 'box.sqlite'), 'secret')
    expect(await store.stat(SNAPSHOT.path)).toBeUndefined()
    expect(await store.stat('../box.sqlite')).toBeUndefined()
    expect(await store.stat('')).toBeUndefined()
  })
})

describe('open', () => {
  test('removes what a killed process left, and keeps what was stored', async () => {
    await store.put(SNAPSHOT, bytes('kept'))
    await writeFile(join(dir, 'incoming', 'left-over'), 'half')
    await writeFile(join(store.trashDir, 'left-over'), 'garbage')
    await store.open()
    expect(await entries('incoming')).toEqual([])
    expect(await entries('trash')).toEqual([])
    expect(await contentOf(SNAPSHOT)).toBe('kept')
    expect(await readdir(join(dir, 'uploads'))).toEqual(['snapshots'])
  })

  test('says what to do where nothing can be stored', async () => {
    const blocked = join(dir, 'blocked')
    await mkdir(blocked)
    await writeFile(join(blocked, 'uploads'), 'a file where a folder has to be')
    const closed = createFileStore({ dir: blocked, maxBytes: MAX_BYTES, onStored: () => {} })
    await expect(closed.open()).rejects.toThrow(/no file can be stored in .*blocked.*BOX_FILES_DIR/)
  })
})
