import { expect, it } from 'vitest'
import { findingOfForwarding, type Seen } from './forwarding.ts'

const STRANGER = '203.0.113.7'
const HERE = '127.0.0.1'
const refused: Seen = { status: 403, you: '' }
const admitted = (you: string): Seen => ({ status: 200, you })

it.each<[what: string, plain: Seen, spoofed: Seen, claim: string, status: string]>([
  ['nobody is believed', refused, refused, HERE, 'ok'],
  ['nobody is believed who is let in', admitted('10.0.0.7'), admitted('10.0.0.7'), STRANGER, 'ok'],
  ['a stranger is believed to be on the machine', refused, admitted(HERE), HERE, 'problem'],
  ['a visitor is believed to be a stranger', admitted('10.0.0.7'), refused, STRANGER, 'problem'],
  ['likewise where all are let in', admitted('1.2.3.4'), admitted(STRANGER), STRANGER, 'problem'],
  ['a proxy hides who comes', admitted(HERE), admitted(HERE), STRANGER, 'problem'],
])('%s', (_what, plain, spoofed, claim, status) => {
  const finding = findingOfForwarding({ plain, spoofed, claim })
  expect(finding).toMatchObject({ id: 'forwarded-for', status })
  expect(finding.advice !== '').toBe(status !== 'ok')
})

it.each([404, 401, 200])('where the box does not tell (%d), nothing is to be seen', (status) => {
  const seen = { status, you: '' }
  const finding = findingOfForwarding({ plain: seen, spoofed: seen, claim: HERE })
  expect(finding.status).toBe('skipped')
})
