import { expect, test } from 'vitest'
import { cookieFor, noCookie, tokenInCookies } from './cookies.ts'

test.each([
  ['box-access=a.b-c_d.e', 'a.b-c_d.e'],
  ['x=1; box-access=a.b.c; y=2', 'a.b.c'],
  ['box-access=a.b.c;y', 'a.b.c'],
  ['box-access=first; box-access=second', 'first'],
  ['xbox-access=a', undefined],
  ['x=box-access=a', undefined],
  ['box-access=', undefined],
  ['box-access="a"', undefined],
  ['', undefined],
  [undefined, undefined],
])('in %s the token is %s', (header, token) => {
  expect(tokenInCookies('box-access', header)).toBe(token)
})

test('it is for this host and no script, over https alone if it came by that', () => {
  expect(cookieFor('box-access', 'a.b.c', 1999, false)).toBe(
    'box-access=a.b.c; Path=/; Max-Age=1; HttpOnly; SameSite=Lax',
  )
  expect(cookieFor('box-access', 'a.b.c', -5, true)).toBe(
    'box-access=a.b.c; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure',
  )
  expect(noCookie('box-access', false)).toBe(
    'box-access=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax',
  )
})
