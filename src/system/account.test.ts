import { expect, it } from 'vitest'
import { accountOf } from './account.ts'

it.each(['10.0.0.7', '203.0.113.9', '127.0.0.2', 'fe80::1%eth0', 'fd00:1:2:3::4', 'nonsense'])(
  '%s is counted by itself',
  (address) => {
    expect(accountOf(address)).toBe(address)
  },
)

it.each([
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::6', '2001:db8:1:2::/64'],
  ['2001:0DB8:0001:0002::6', '2001:db8:1:2::/64'],
  ['2001:db8::6', '2001:db8:0:0::/64'],
  ['2001:db8:1::2:3', '2001:db8:1:0::/64'],
  ['::2:3', '0:0:0:0::/64'],
])('%s is counted with all of its network', (address, account) => {
  expect(accountOf(address)).toBe(account)
})

it.each(['127.0.0.1', '::1'])(
  '[LIMIT10] %s is the machine of the box and not counted',
  (address) => {
    expect(accountOf(address)).toBeUndefined()
  },
)
