import { describe, expect, test } from 'vitest'
import { appHostnames, isHostLabel, labelIn, parseOriginRule } from './origin-rule.ts'

describe('BOX_APP_ORIGINS', () => {
  test.each([
    ['', { kind: 'shared' }],
    ['9000-9019', { kind: 'ports', ports: { first: 9000, last: 9019 } }],
    ['9000-9000', { kind: 'ports', ports: { first: 9000, last: 9000 } }],
    ['*.apps.school.example', { kind: 'names', domain: 'apps.school.example' }],
    ['*.Box.Local', { kind: 'names', domain: 'box.local' }],
    ['*.localhost', { kind: 'names', domain: 'localhost' }],
  ])('may be %j', (text, rule) => {
    expect(parseOriginRule(text)).toEqual(rule)
  })

  test.each([
    ...['9000', '9019-9000', '0-5', '65000-65536', '1-2000', '9000-', '*', '*.local', '*.example'],
    ...['apps.school.example', '*.a_b.example', '*.-a.example', `*.${'a.'.repeat(130)}example`],
    ...['**.school.example', '*.apps.school.example:8888', 'https://*.school.example'],
  ])('cannot be %j', (text) => {
    expect(() => parseOriginRule(text)).toThrow(/^a range of/)
  })
})

test('one wildcard is for all apps, but on localhost, where browsers take none', () => {
  expect(appHostnames(parseOriginRule('*.apps.school.example'))).toEqual(['*.apps.school.example'])
  expect(appHostnames(parseOriginRule('*.localhost'))).toEqual([])
  expect(appHostnames(parseOriginRule('9000-9019'))).toEqual([])
})

test.each([
  ['chess.box.local', 'chess'],
  ['box.local', undefined],
  ['.box.local', undefined],
  ['a.chess.box.local', undefined],
  ['chessbox.local', undefined],
  ['chess.box.local.example', undefined],
])('the host %s is for the app %s', (host, label) => {
  expect(labelIn('box.local', host)).toBe(label)
})

test.each([
  ['chess', true],
  ['4-in-a-row', true],
  ['chess-', false],
  ['Chess', false],
  ['our chess', false],
  ['xn--chess', false],
  ['a'.repeat(64), false],
])('an app called %s can have a host of its own: %s', (name, can) => {
  expect(isHostLabel(name)).toBe(can)
})
