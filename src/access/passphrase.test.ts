import { expect, test } from 'vitest'
import { Passphrase } from './passphrase.ts'

const KEY = Buffer.alloc(32, 1)
const passphrase = new Passphrase('Grüße an alle', KEY)

test.each(['Grüße an alle', ' Grüße an alle ', 'Gru\u0308ße an alle'])('"%s" is it', (given) => {
  expect(passphrase.matches(given)).toBe(true)
})

test.each(['', 'Grüße', 'grüße an alle', 'Grüße an alle!', 'Grusse an alle'])(
  '"%s" is not',
  (given) => {
    expect(passphrase.matches(given)).toBe(false)
  },
)

test('its fingerprint is another for another passphrase or box', () => {
  const { fingerprint } = passphrase
  expect(new Passphrase('Grüße an alle', KEY).fingerprint).toBe(fingerprint)
  expect(new Passphrase('Grüße an uns', KEY).fingerprint).not.toBe(fingerprint)
  expect(new Passphrase('Grüße an alle', Buffer.alloc(32, 2)).fingerprint).not.toBe(fingerprint)
})
