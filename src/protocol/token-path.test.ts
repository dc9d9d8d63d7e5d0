import { expect, test } from 'vitest'
import { splitTokenPath, withoutTokens } from './token-path.ts'

const TOKEN = 'eyJhbGciOiJIUzI1NiJ9.eyJqdGkiOiIxIn0.c2ln-_x'

test.each([
  [`/t/${TOKEN}/files/x`, TOKEN, '', '/files/x'],
  [`/t/${TOKEN}/`, TOKEN, '', '/'],
  [`/t/${TOKEN}`, TOKEN, '', '/'],
  [`/team/x/t/${TOKEN}/files/x`, TOKEN, '/team/x', '/team/x/files/x'],
  [`//t/${TOKEN}/x`, TOKEN, '/', '//x'],
  ['/t/guess/files/x', 'guess', '', '/files/x'],
  ['/t//files/x', '', '', '/files/x'],
  [`/t/${TOKEN}/t/${TOKEN}/x`, '', '', `/t/${TOKEN}/x`],
  [`/t/guess/t/${TOKEN}/x`, '', '', `/t/${TOKEN}/x`],
  [`/t/${TOKEN}/t/guess/x`, '', '', '/t/guess/x'],
  [`/t/${TOKEN.replace('.', '%2e')}/x`, TOKEN.replace('.', '%2e'), '', '/x'],
])('[ACCESS4] %s has the token "%s" behind "%s" and asks for %s', (path, token, prefix, rest) => {
  expect(splitTokenPath(path)).toEqual({ token, prefix, path: rest })
})

test.each([
  '/',
  '/t',
  `/T/${TOKEN}/x`,
  `/%74/${TOKEN}/x`,
  `/t%2f${TOKEN}/x`,
  '/apps/game/t/jquery.min.js',
  '/apps/game/t/tree.png',
  `/tt/${TOKEN}/x`,
  '',
])('[ACCESS4] %s has none', (path) => {
  expect(splitTokenPath(path)).toEqual({ token: undefined, prefix: '', path })
})

test.each([
  [`http://box/t/${TOKEN}/apps/`, 'http://box/t/…/apps/'],
  [`/invite/${TOKEN}?a=${TOKEN}`, '/invite/…?a=…'],
  [`/%74/${TOKEN.replaceAll('.', '%2E')}/x`, '/%74/…/x'],
  ['/apps/game/?session=1', '/apps/game/?session=1'],
  ['/admin/setup/tH1s-1s_secret', '/admin/setup/…'],
  ['/team/admin/setup/tH1s-1s_secret/', '/team/admin/setup/…/'],
])('[ACCESS7] %s is written down as %s', (text, written) => {
  expect(withoutTokens(text)).toBe(written)
})
