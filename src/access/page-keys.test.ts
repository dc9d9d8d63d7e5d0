import { expect, test } from 'vitest'
import { PageKeys } from './page-keys.ts'

const keys = new PageKeys(Buffer.alloc(32, 1))

test('[ADMIN6] a key is for one login of one box', () => {
  const key = keys.keyFor('a.b.c')
  expect(Buffer.from(key, 'base64url')).toHaveLength(32)
  expect(keys.matches('a.b.c', key)).toBe(true)
  expect(keys.matches('a.b.d', key)).toBe(false)
  expect(new PageKeys(Buffer.alloc(32, 2)).matches('a.b.c', key)).toBe(false)
})

test.each(['', 'x', 'A'.repeat(43), 'A'.repeat(10_000), '\0'])('[ADMIN6] %j is none', (given) => {
  expect(keys.matches('a.b.c', given)).toBe(false)
})
