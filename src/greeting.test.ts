import { describe, expect, test } from 'vitest'
import { greeting, newAddresses, setupLines } from './greeting.ts'
import type { Announced } from './system/announced-addresses.ts'
import { qrCodeText } from './system/qr-code.ts'

const HERE = { urls: ['http://localhost:8888/'], adminUrls: ['http://localhost:8889/'] }
const OTHERS = { urls: ['http://192.168.1.20:8888/'], adminUrls: ['http://192.168.1.20:8889/'] }
const ALL: Announced = { others: OTHERS, here: HERE, lonely: undefined }
const ALONE: Announced = {
  ...{ others: { urls: [], adminUrls: [] }, here: HERE, lonely: 'no-network' },
}

test('the greeting says first where others open the box, then the dashboard', () => {
  const text = greeting({ announced: ALL, setupPath: undefined })
  expect(text).toMatch(/^The box is running. Open it at\n {2}http:\/\/192\.168\.1\.20:8888\/\n/)
  expect(text).toContain('\nOn this machine also at\n  http://localhost:8888/\n')
  expect(text.split('\n').slice(-3)).toEqual([
    'Look after it at',
    '  http://192.168.1.20:8889/admin/',
    '  http://localhost:8889/admin/',
  ])
})

test('a name by multicast DNS is said apart, and is never what the code leads to', () => {
  const urls = [...OTHERS.urls, 'http://croquet.local:8888/']
  const announced = { ...ALL, others: { ...OTHERS, urls } }
  const words =
    'at\n  http://192.168.1.20:8888/\nor, on most devices, at\n  http://croquet.local:8888/\n'
  expect(greeting({ announced, setupPath: undefined })).toContain(words)
  expect(newAddresses(announced)).toContain(words)
  expect(newAddresses(announced)).toContain('This code leads to http://192.168.1.20:8888/')
})

test('[ADMIN2] the code of a greeting is the address of the box; the set-up link is text only', () => {
  const text = greeting({ announced: ALL, setupPath: 'admin/setup/abc' })
  expect(text).toContain(`\n${qrCodeText('http://192.168.1.20:8888/')}\n`)
  expect(text.split(qrCodeText('http://192.168.1.20:8888/')).join('')).not.toContain('█')
  expect(text).toContain('\n  http://192.168.1.20:8889/admin/setup/abc\n')
  expect(setupLines(ALL, 'admin/setup/abc').join()).not.toContain('█')
})

test('[ADMIN2] with https the set-up link is for the own machine first, and never leads to where no password is taken', () => {
  const adminUrls = ['http://192.168.1.20:8889/', 'https://192.168.1.20:8889/']
  const announced = { ...ALL, others: { ...OTHERS, adminUrls } }
  expect(setupLines(announced, 'admin/setup/abc').slice(1)).toEqual([
    'on the machine of the box',
    '  http://localhost:8889/admin/setup/abc',
    'or on another device, which has to trust the certificate of the box before:',
    '  https://192.168.1.20:8889/admin/setup/abc',
  ])
  const text = greeting({ announced, setupPath: undefined })
  expect(text).toContain('  https://192.168.1.20:8889/admin/\n')
  expect(text).not.toContain('http://192.168.1.20:8889/')
})

describe('without an address for others a greeting has no code, and says', () => {
  test.each([
    ['no-network', 'it is in no network now'],
    ['own-machine', 'BOX_HOST'],
    ['unknown', 'BOX_HOSTNAMES=192.168.1.20'],
  ] as const)('why, when that is %s', (lonely, words) => {
    const text = greeting({ announced: { ...ALONE, lonely }, setupPath: 'admin/setup/abc' })
    expect(text).toContain('Open it at\n  http://localhost:8888/\nOnly this machine can open that')
    expect(text).toContain(words)
    expect(text).not.toContain('█')
    expect(text).toContain('\n  http://localhost:8889/admin/setup/abc')
  })
})
