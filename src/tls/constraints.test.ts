import { expect, test } from 'vitest'
import { constraintsWith, isWithin, LOCAL, permits } from './constraints.ts'

test.each([
  'localhost',
  'a.localhost',
  'box.local',
  'box.lan',
  'box.internal',
  'box.home.arpa',
  '127.9.9.9',
  '10.1.2.3',
  '172.31.0.1',
  '192.168.255.255',
  '169.254.1.1',
  '::1',
  'fd12::1',
  'fe80::1',
])('%s is local', (host) => {
  expect(permits(LOCAL, host)).toBe(true)
})

test.each([
  'example.org',
  'box',
  'xlocal',
  'local.example',
  'arpa',
  '172.32.0.1',
  '100.64.0.1',
  '8.8.8.8',
  '0.0.0.0',
  '2001:db8::1',
  '::2',
])('%s is not', (host) => {
  expect(permits(LOCAL, host)).toBe(false)
})

test('hosts that are not local are added: names with all below them, addresses alone', () => {
  const hosts = ['box.local', '*.school.example', '203.0.113.9', '2001:db8::1']
  const { domains, networks } = constraintsWith(hosts)
  expect(domains).toEqual([...LOCAL.domains, 'school.example'])
  expect(networks).toEqual([...LOCAL.networks, '203.0.113.9/32', '2001:db8::1/128'])
})

test('what permits more takes in what permits less', () => {
  const more = constraintsWith(['school.example', '203.0.113.9'])
  expect(isWithin(more, constraintsWith(['box.school.example']))).toBe(true)
  expect(isWithin(LOCAL, more)).toBe(false)
})
