import { expect, test } from 'vitest'
import { qrCodeText, urlForPhones } from './qr-code.ts'

test('a code has as many lines as it takes, all of one width', () => {
  const lines = qrCodeText('http://192.168.1.20:8888/admin/setup/abcdefghijklmnopqrstuv').split(
    '\n',
  )
  expect(lines.length).toBeGreaterThan(10)
  expect(new Set(lines.map((line) => line.length)).size).toBe(1)
})

test('no phone opens this very machine', () => {
  const here = ['http://localhost:8888/', 'http://127.0.0.1/', 'https://[::1]:8443/']
  expect(urlForPhones(here)).toBeUndefined()
  expect(urlForPhones([...here, 'https://box.school/x', 'http://192.168.1.20/'])).toBe(
    'https://box.school/x',
  )
})
