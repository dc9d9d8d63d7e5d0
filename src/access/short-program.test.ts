import { expect, test } from 'vitest'
import { shortProgram } from './short-program.ts'

const MOZILLA = 'Mozilla/5.0'
const KIT = 'AppleWebKit/537.36 (KHTML, like Gecko)'

test.each([
  [
    `${MOZILLA} (Windows NT 10.0; Win64; x64) ${KIT} Chrome/131.0.0.0 Safari/537.36`,
    'Chrome 131 on Windows',
  ],
  [
    `${MOZILLA} (Windows NT 10.0) ${KIT} Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0`,
    'Edge 131 on Windows',
  ],
  [`${MOZILLA} (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0`, 'Firefox 133 on Linux'],
  [
    `${MOZILLA} (Linux; Android 14; K) ${KIT} Chrome/131.0.0.0 Mobile Safari/537.36`,
    'Chrome 131 on Android',
  ],
  [
    `${MOZILLA} (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1`,
    'Safari 18 on iPhone',
  ],
  ['curl/8.5.0', 'curl/8.5.0'],
  ['x'.repeat(1000), 'x'.repeat(40)],
  ['', ''],
])('the user agent %s is called %s', (userAgent, name) => {
  expect(shortProgram(userAgent)).toBe(name)
})
