import { describe, expect, test } from 'vitest'
import { hostOf, isCovered, parseHostnames } from './host.ts'

describe('a host', () => {
  test.each([
    ['box.local', 'box.local'],
    ['BOX.Local.', 'box.local'],
    ['bücher.local', 'xn--bcher-kva.local'],
    ['192.168.1.5', '192.168.1.5'],
    ['[FD00:0:0::5]', 'fd00::5'],
    ['0:0:0:0:0:0:0:1', '::1'],
  ])('%s is written %s', (text, host) => {
    expect(hostOf(text)).toBe(host)
  })

  test.each([
    '',
    '.',
    'box:8888',
    'a/b',
    'a b',
    'a_b.local',
    '-a.local',
    '*.local',
    '127.1',
    '::ffff:192.168.1.5',
    'fe80::1%eth0',
    `${'a'.repeat(64)}.local`,
    `${'a.'.repeat(126)}local`,
  ])('%s is none', (text) => {
    expect(hostOf(text)).toBeUndefined()
  })

  test('is covered by its own name, and by a wildcard for one label', () => {
    const names = new Set(['box.local', '*.school.example'])
    expect(isCovered('box.local', names)).toBe(true)
    expect(isCovered('a.school.example', names)).toBe(true)
    expect(isCovered('a.b.school.example', names)).toBe(false)
    expect(isCovered('school.example', names)).toBe(false)
  })
})

describe('BOX_HOSTNAMES', () => {
  test('has names, wildcards and addresses, each once', () => {
    const text = 'box.school, *.School.example 192.168.1.20,box.school'
    expect(parseHostnames(text)).toEqual(['box.school', '*.school.example', '192.168.1.20'])
  })

  test.each(['https://box.school', 'box.school:8443', '*', '*.com', '*.local', 'a.*.example'])(
    'does not take %s',
    (text) => {
      expect(() => parseHostnames(text)).toThrow('host names and addresses')
    },
  )
})
