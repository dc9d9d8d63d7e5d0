import { expect, it } from 'vitest'
import { addressOf } from './address.ts'
import { findingOfReach, type Reach } from './reach.ts'

const ADDRESS = addressOf('http://box.school:8888/')
const IN_CONTAINER = addressOf('http://localhost/', [new URL('http://nginx:8080/')])
const none = (code: string): Reach => ({ tag: 'none', code, reason: code.toLowerCase() })

it.each<[reach: Reach, status: string, text: string, advice: string]>([
  [{ tag: 'box', ms: 2.5 }, 'ok', 'answers, in 3 ms', ''],
  [{ tag: 'led', to: 'https://box.school/' }, 'warning', 'to https://box.school/', 'BOX_URLS'],
  [{ tag: 'stranger', status: 502, server: 'nginx' }, 'problem', 'a proxy answers (502)', 'Start'],
  [{ tag: 'stranger', status: 404, server: 'Apache' }, 'problem', 'Apache, httpd (', 'Stop'],
  [none('ECONNREFUSED'), 'problem', 'no answer: econnrefused', 'BOX_PORT'],
  [none('ENOTFOUND'), 'problem', 'enotfound', 'name'],
  [none('ETIMEDOUT'), 'problem', 'etimedout', 'firewall'],
])('%o', (reach, status, text, advice) => {
  expect(findingOfReach(reach, ADDRESS, 'httpd (process 7)')).toEqual({
    id: 'reach',
    status,
    text: expect.stringContaining(text),
    advice: expect.stringContaining(advice),
  })
})

it('in the container, nginx is what does not answer', () => {
  expect(findingOfReach(none('ECONNREFUSED'), IN_CONTAINER, '')).toMatchObject({
    text: expect.stringContaining('(at nginx:8080)'),
    advice: expect.stringContaining('docker compose logs nginx'),
  })
})
