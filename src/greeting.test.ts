import { expect, test } from 'vitest'
import { greeting } from './greeting.ts'

const URLS = ['http://localhost:8888/', 'http://192.168.1.20:8888/']
const ADMIN_URLS = ['http://localhost:8889/', 'http://192.168.1.20:8889/']
const ALL = { urls: URLS, adminUrls: ADMIN_URLS }

test('it says where the box is, and its dashboard', () => {
  expect(greeting({ ...ALL, setupPath: undefined })).toBe(
    [
      ...['The box is running. Open it at', ...URLS.map((url) => `  ${url}`), ''],
      ...['Look after it at', '  http://localhost:8889/admin/'],
      '  http://192.168.1.20:8889/admin/',
    ].join('\n'),
  )
})

test('[ADMIN2] without a password it shows the link to set one, and a code for phones', () => {
  const text = greeting({ ...ALL, setupPath: 'admin/setup/abc' })
  expect(text).toContain('\n  http://192.168.1.20:8889/admin/setup/abc\n')
  expect(text).toContain('█')
})

test('[ADMIN2] where no phone can open it there is no code', () => {
  const adminUrls = ADMIN_URLS.slice(0, 1)
  const text = greeting({ ...ALL, adminUrls, setupPath: 'admin/setup/abc' })
  expect(text).toContain('\n  http://localhost:8889/admin/setup/abc')
  expect(text).not.toContain('█')
})
