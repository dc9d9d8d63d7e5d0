import { describe, expect, it } from 'vitest'
import { findingOfLoneliness, findingOfName } from './names.ts'

const OWN = ['192.168.1.5', 'fd00::5', '127.0.0.1']

describe('on the machine of the box', () => {
  it.each([
    ['box.school', ['192.168.1.5'], 'ok', 'leads to this machine (192.168.1.5)', ''],
    ['box', ['127.0.1.1'], 'ok', 'others have to know the name', ''],
    [
      'box.school',
      ['192.168.1.77'],
      'warning',
      'not this machine',
      'say 192.168.1.5 for box.school',
    ],
    ['box.school', [], 'problem', 'not known here', 'Enter box.school with 192.168.1.5'],
    ['box.local', [], 'problem', 'not known here', 'avahi-daemon'],
    ['192.168.1.5', ['192.168.1.5'], 'ok', 'an address of this machine', ''],
    ['192.168.1.9', ['192.168.1.9'], 'warning', 'which has 192.168.1.5', 'BOX_URLS'],
  ])('%s that leads to %o: %s', (host, addresses, status, text, advice) => {
    expect(findingOfName({ host, addresses }, OWN)).toEqual({
      id: 'name',
      status,
      text: expect.stringContaining(text),
      advice: expect.stringContaining(advice),
    })
  })
})

describe('on another machine', () => {
  it.each([
    ['box.school', ['203.0.113.5'], 'ok', 'leads to 203.0.113.5'],
    ['box.school', [], 'problem', 'not known here'],
    ['192.168.1.9', ['192.168.1.9'], 'ok', 'is an address'],
  ])('%s that leads to %o: %s', (host, addresses, status, text) => {
    expect(findingOfName({ host, addresses }, undefined)).toMatchObject({
      status,
      text: expect.stringContaining(text),
    })
  })
})

it('a box that greets with its own machine only is lonely', () => {
  expect(findingOfLoneliness(['localhost', '127.0.0.1', '::1'])?.status).toBe('warning')
  expect(findingOfLoneliness(['localhost', '192.168.1.5'])).toBeUndefined()
  expect(findingOfLoneliness([])).toBeUndefined()
})
