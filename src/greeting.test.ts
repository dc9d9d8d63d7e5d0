import { expect, test } from 'vitest'
import { greeting } from './greeting.ts'

const URLS = ['http://localhost:8888/', 'http://192.168.1.20:8888/']

test('it says where the box is', () => {
  expect(greeting(URLS, undefined)).toBe(
    'The box is running. Open it at\n  http://localhost:8888/\n  http://192.168.1.20:8888/',
  )
})

test('[ADMIN2] without a password it shows the link to set one, and a code for phones', () => {
  const text = greeting(URLS, 'admin/setup/abc')
  expect(text).toContain('\n  http://192.168.1.20:8888/admin/setup/abc\n')
  expect(text).toContain('█')
})

test('[ADMIN2] where no phone can open it there is no code', () => {
  const text = greeting(URLS.slice(0, 1), 'admin/setup/abc')
  expect(text).toContain('\n  http://localhost:8888/admin/setup/abc')
  expect(text).not.toContain('█')
})
