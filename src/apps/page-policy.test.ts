import { expect, test } from 'vitest'
import { policyWithBox } from './page-policy.ts'

test.each([
  ['connect-src https://api.croquet.io wss:', undefined],
  ["connect-src 'self'; script-src 'SELF' 'unsafe-inline'", undefined],
  ["img-src 'none'; style-src https://a.example", undefined],
  ['default-src *', undefined],
  ["script-src 'nonce-AbC' 'strict-dynamic'; connect-src *", undefined],
  ['', undefined],
  ['connect-src wss://api.croquet.io', "connect-src wss://api.croquet.io 'self'"],
  [
    "img-src *; Connect-Src 'none'; base-uri 'none'",
    "img-src *; base-uri 'none'; connect-src 'self'",
  ],
  [
    "default-src 'none'; script-src https://cdn.jsdelivr.net 'sha256-AbC='",
    "default-src 'none'; connect-src 'self'; script-src https://cdn.jsdelivr.net 'sha256-AbC=' 'self'",
  ],
  [
    'default-src https://a.example;',
    "default-src https://a.example; connect-src https://a.example 'self'; script-src-elem https://a.example 'self'",
  ],
])('the policy %j becomes %j', (before, after) => {
  expect(policyWithBox(before)).toBe(after ?? before)
})
