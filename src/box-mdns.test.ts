import { describe, expect, test } from 'vitest'
import { labelIn } from './box-mdns.ts'

const BOX = { mdnsName: 'auto', host: '::', urls: [], commands: 'npm' } as const
const LOCALHOST = ['http://localhost:8080/']

describe('by multicast DNS a box', () => {
  test('has the usual name on networks that it sees', () => {
    expect(labelIn(BOX, false)).toBe('croquet')
    expect(labelIn({ ...BOX, host: '192.168.1.20' }, false)).toBe('croquet')
    expect(labelIn({ ...BOX, urls: LOCALHOST }, false)).toBe('croquet')
  })

  test('has no name in a container, unless the settings give it one', () => {
    expect(labelIn(BOX, true)).toBeUndefined()
    expect(labelIn({ ...BOX, mdnsName: 'lab' }, true)).toBe('lab')
  })

  test('has no name where the settings say what others open, unless they give it one', () => {
    const school = { ...BOX, urls: ['https://box.school/'] }
    expect(labelIn(school, false)).toBeUndefined()
    expect(labelIn({ ...school, mdnsName: 'lab' }, false)).toBe('lab')
  })

  test('has no name if it is off, or if only its own machine reaches it', () => {
    expect(labelIn({ ...BOX, mdnsName: 'off' }, false)).toBeUndefined()
    expect(labelIn({ ...BOX, mdnsName: 'lab', host: '127.0.0.1' }, false)).toBeUndefined()
  })
})
