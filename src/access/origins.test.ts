import { expect, test } from 'vitest'
import { Origins, parseOrigins } from './origins.ts'

const own = new Origins([])

test.each([
  ['http://192.168.1.20:8888', 'http://192.168.1.20:8888'],
  ['http://box.school', 'http://box.school:80/team/x'],
  ['https://box.school', 'https://box.school:443'],
  ['https://box.school:8443', 'http://box.school:8443'],
  ['http://[fe80::1]:8888', 'http://[FE80::1]:8888'],
  ['http://box.school', 'http://BOX.school'],
  ['https://box.school', 'https://box.school/t/token'],
])('[ACCESS6] a page of %s is of the box at %s', (origin, publicUrl) => {
  expect(own.allows({ origin, publicUrl, isLocal: false })).toBe(true)
})

test.each([
  ['http://evil.example', 'http://box.school'],
  ['http://box.school:8888', 'http://box.school:9999'],
  ['http://box.school', 'https://box.school'],
  ['http://box.school.evil.example', 'http://box.school'],
  ['http://box.school@evil.example', 'http://box.school'],
  ['null', 'http://box.school'],
  ['', 'http://box.school'],
  ['http://', 'http://box.school'],
  ['file://', 'http://box.school'],
  ['chrome-extension://box.school', 'http://box.school'],
  ['http://localhost:5173', 'http://192.168.1.20:8888'],
  ['http://evil.example', 'http://box.school:99999'],
])('[ACCESS6] a page of "%s" is not of the box at %s', (origin, publicUrl) => {
  expect(own.allows({ origin, publicUrl, isLocal: false })).toBe(false)
})

test.each([
  'http://localhost:5173',
  'https://app.localhost',
  'http://127.0.0.1:3000',
  'http://[::1]:3000',
])('[ACCESS6] %s may, for a client on the machine of the box', (origin) => {
  expect(own.allows({ origin, publicUrl: 'http://localhost:8888', isLocal: true })).toBe(true)
})

test.each(['http://localhost.evil.example', 'http://128.0.0.1', 'null'])(
  '[ACCESS6] %s may not, even there',
  (origin) => {
    expect(own.allows({ origin, publicUrl: 'http://localhost:8888', isLocal: true })).toBe(false)
  },
)

test('[ACCESS6] origins that are listed may, and with * all of them', () => {
  const claim = { publicUrl: 'http://box.school', isLocal: false }
  const listed = new Origins(parseOrigins('https://App.example/, http://x.example:80') ?? [])
  expect(listed.allows({ ...claim, origin: 'https://app.example' })).toBe(true)
  expect(listed.allows({ ...claim, origin: 'http://x.example' })).toBe(true)
  expect(listed.allows({ ...claim, origin: 'http://app.example' })).toBe(false)
  expect(new Origins(['*']).allows({ ...claim, origin: 'null' })).toBe(true)
})

test('no origins are not none', () => {
  expect(parseOrigins('')).toBeUndefined()
})

test.each([
  'app.example',
  'https://app.example/page',
  'ws://app.example',
  'https://',
  'null',
  '*.x',
  'http://a@b',
])('%s is refused', (text) => {
  expect(() => parseOrigins(text)).toThrow('origins (https://school.example)')
})
