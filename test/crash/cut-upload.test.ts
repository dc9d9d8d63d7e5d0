import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { poll } from './poll.ts'
import { Supervisor } from './supervisor.ts'
import { filesBelow, indexedFiles, SlowUpload, type UploadKind } from './uploads.ts'

const BYTES = 3_000_000
const TENTHS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
/** What is left of a cut upload is gone within this (ms). */
const GONE_TIMEOUT_MS = 3000

let supervisor: Supervisor

beforeAll(async () => {
  supervisor = await Supervisor.start()
})

afterAll(() => supervisor?.close())

describe.each<UploadKind>(['PUT', 'form'])('%s', (kind) => {
  let upload: SlowUpload | undefined

  afterEach(() => upload?.cut())

  test.each(TENTHS)(
    'an upload cut after %i tenths of its length leaves nothing',
    async (tenths) => {
      upload = await SlowUpload.open(supervisor, kind, BYTES)
      const before = stored()
      await upload.send(tenths / 10)
      upload.cut()
      await poll('nothing is left of it', GONE_TIMEOUT_MS, () => incoming().length === 0)
      expect(stored()).toEqual(before)
    },
  )

  test('one that comes to its end leaves one file and its row', async () => {
    upload = await SlowUpload.open(supervisor, kind, BYTES)
    const before = stored()
    await upload.send(0.5)
    expect(await upload.finish()).toBeOneOf([200, 201])
    const { files, rows } = stored()
    expect(files).toHaveLength(before.files.length + 1)
    expect(rows.toSorted()).toEqual(files.toSorted())
    expect(incoming()).toEqual([])
  })
})

function incoming(): string[] {
  return filesBelow(supervisor.filesDir, 'incoming')
}

function stored(): { files: string[]; rows: string[] } {
  return {
    files: filesBelow(supervisor.filesDir, 'uploads'),
    rows: indexedFiles(supervisor.filesDir),
  }
}
