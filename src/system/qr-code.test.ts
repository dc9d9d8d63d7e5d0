import { expect, test } from 'vitest'
import { qrCodeText } from './qr-code.ts'

test('a code has as many lines as it takes, all of one width', () => {
  const lines = qrCodeText('http://192.168.1.20:8888/admin/setup/abcdefghijklmnopqrstuv').split(
    '\n',
  )
  expect(lines.length).toBeGreaterThan(10)
  expect(new Set(lines.map((line) => line.length)).size).toBe(1)
})
