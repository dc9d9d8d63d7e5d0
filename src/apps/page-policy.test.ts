import { expect, test } from 'vitest'
import { policyWithBox } from './page-policy.ts'

test.each([
  ["connect-src 'self'; script-src 'SELF' 'unsafe-inline'", undefined],
  ["img-src 'none'; style-src https://a.example", undefined],
  ['default-src *', undefined],
  ["script-src 'nonce-AbC' 'strict-dynamic' https:; connect-src *", undefined],
  ["script-src 'sha256-AbC=' https://a.example", undefined],
  ['', undefined],
  ['connect-src wss://api.croquet.io', "connect-src wss://api.croquet.io 'self'"],
  ['connect-src wss: https:', "connect-src wss: https: 'self'"],
  [
    "img-src *; Connect-Src 'none'; base-uri 'none'",
    "img-src *; base-uri 'none'; connect-src 'self'",
  ],
  [
    "default-src 'none'; script-src https://cdn.jsdelivr.net/npm/ 'sha256-AbC='",
    "default-src 'none'; connect-src 'self'; script-src https://cdn.jsdelivr.net/npm/ 'sha256-AbC=' 'self'",
  ],
  ["script-src-elem *.jsdelivr.net 'none'", "script-src-elem *.jsdelivr.net 'self'"],
  [
    'default-src https://unpkg.com;',
    "default-src https://unpkg.com; connect-src https://unpkg.com 'self'; script-src-elem https://unpkg.com 'self'",
  ],
])('the policy %j becomes %j', (before, after) => {
  expect(policyWithBox(before)).toBe(after ?? before)
})
