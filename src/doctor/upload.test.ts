import { expect, it } from 'vitest'
import { findingOfUpload, type Upload } from './upload.ts'

const SIZE = { bytes: 4_000_000 }
const RETURNED = { ...SIZE, tag: 'returned', ms: 1234, isWhole: true, hasParts: true } as const
const REFUSED = { ...SIZE, tag: 'refused', way: 'there', sentence: '' } as const

it.each<[upload: Upload, status: string, text: string, advice: string]>([
  [RETURNED, 'ok', '4.0 MB goes to the box and back in 1.2 s', ''],
  [{ ...RETURNED, isWhole: false }, 'problem', 'other bytes', '/files/'],
  [{ ...RETURNED, hasParts: false }, 'warning', 'not in parts', 'Range'],
  [{ ...REFUSED, status: 413 }, 'problem', 'too large for a proxy', 'client_max_body_size 0;'],
  [{ ...REFUSED, status: 413, sentence: 'too large' }, 'skipped', 'too large', '--megabytes'],
  [{ ...REFUSED, status: 405 }, 'problem', 'an upload of 4.0 MB was answered with 405', 'PUT'],
  [{ ...REFUSED, way: 'back', status: 404 }, 'problem', 'a download was answered with 404', 'GET'],
  [{ ...REFUSED, status: 507, sentence: 'too full' }, 'problem', 'too full', 'Make room'],
  [{ ...SIZE, tag: 'failed', way: 'there', reason: 'cut' }, 'problem', 'to the box: cut', 'proxy'],
  [{ ...SIZE, tag: 'failed', way: 'back', reason: 'cut' }, 'problem', 'from the box: cut', 'proxy'],
])('%o', (upload, status, text, advice) => {
  expect(findingOfUpload(upload)).toEqual({
    id: 'upload',
    status,
    text: expect.stringContaining(text),
    advice: expect.stringContaining(advice),
  })
})
