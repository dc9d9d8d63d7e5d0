import { expect, it } from 'vitest'
import { findingOfForwarding } from './forwarding.ts'

it.each([
  ['nobody is believed', 403, 403, undefined, 'ok'],
  ['a visitor is believed to be on the machine of the box', 403, 200, false, 'problem'],
  ['one who may see is believed to be a stranger', 200, 403, true, 'problem'],
  ['a proxy hides who comes', 200, 200, false, 'problem'],
  ['a proxy may hide who comes', 200, 200, undefined, 'skipped'],
  ['who comes may see', 200, 200, true, 'ok'],
])('%s', (_what, plain, spoofed, isMonitor, status) => {
  const finding = findingOfForwarding({ plain, spoofed }, isMonitor)
  expect(finding).toMatchObject({ id: 'forwarded-for', status })
  expect(finding.advice !== '').toBe(status !== 'ok')
})

it('where a proxy keeps /metrics to itself, nothing is to be seen', () => {
  expect(findingOfForwarding({ plain: 404, spoofed: 404 }, undefined).status).toBe('skipped')
})
