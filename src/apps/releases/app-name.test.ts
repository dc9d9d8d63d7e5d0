import { expect, test } from 'vitest'
import { isAppName, parseAppName } from './app-name.ts'

test.each(['a', '7', 'our-garden', 'a'.repeat(64), 'console', 'com', 'x--'])(
  '%s can be the name of an app',
  (name) => {
    expect(parseAppName(name)).toBe(name)
    expect(isAppName(name)).toBe(true)
  },
)

test.each([
  ['../admin', 'an app cannot be called "../admin": use small letters'],
  ['Admin', 'cannot be called "Admin"'],
  ['', 'cannot be called ""'],
  ['.incoming', 'cannot be called'],
  ['-a', 'cannot be called'],
  ['a b', 'cannot be called'],
  ['a\n', 'cannot be called "a\\n"'],
  ['ä', 'cannot be called'],
  ['a'.repeat(65), 'a": use small letters'],
  ['x'.repeat(500), 'x…": use small letters'],
  ['con', '"con" is reserved, for devices on Windows'],
  ['lpt1', 'is reserved'],
])('%j cannot, and that is said', (name, reason) => {
  expect(() => parseAppName(name)).toThrow(
    expect.objectContaining({ statusCode: 400, message: expect.stringContaining(reason) }),
  )
  expect(isAppName(name)).toBe(false)
})
