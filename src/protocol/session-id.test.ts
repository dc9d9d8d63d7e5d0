import { expect, it } from 'vitest'
import { sessionIdOf } from './session-id.ts'

const ID = 'abcDEF-_0123456789abcDEF-_0123456789abcDEF-'

it.each([`/${ID}`, `/reflector/${ID}`, `/team/x/reflector/${ID}`, `/v1/${ID}`])(
  '[CON2] %s names a session',
  (path) => {
    expect(sessionIdOf(path)).toBe(ID)
  },
)

it.each([
  '/',
  '',
  '/reflector/',
  `/reflector/${ID}/`,
  `/reflector/${ID}x`,
  `/reflector/${ID.slice(1)}`,
  `/${ID.slice(1)}!`,
  `/${ID.slice(1)}é`,
])('[CON1] %s names none', (path) => {
  expect(sessionIdOf(path)).toBeUndefined()
})
