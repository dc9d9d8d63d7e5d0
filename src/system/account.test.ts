import { expect, it } from 'vitest'
import { accountOf, isOwn } from './account.ts'

it.each([
  ['10.0.0.7', '10.0.0.7'],
  ['203.0.113.9', '203.0.113.9'],
  ['::ffff:192.168.1.20', '192.168.1.20'],
  ['::1', '::1'],
  ['fe80::1%eth0', 'fe80::1%eth0'],
  ['fd00:1:2:3::4', 'fd00:1:2:3::4'],
  ['nonsense', 'nonsense'],
  ['', ''],
])('%s is counted by itself', (address, account) => {
  expect(accountOf(address)).toBe(account)
})

it.each([
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0DB8:0001:0002::6', '2001:db8:1:2::/64'],
  ['2001:db8::6', '2001:db8:0:0::/64'],
  ['2001:db8:1::2:3', '2001:db8:1:0::/64'],
  ['2001:db8::2:3:4:5:6', '2001:db8:0:2::/64'],
])('%s is counted with all of its network', (address, account) => {
  expect(accountOf(address)).toBe(account)
})

it('[LIMIT10] knows the machine of the box', () => {
  expect(
    ['127.0.0.1', '::1', '::ffff:127.0.0.1', '::ffff:10.0.0.1', '127.0.0.2', ''].filter(isOwn),
  ).toEqual(['127.0.0.1', '::1', '::ffff:127.0.0.1'])
})
