import { describe, expect, test } from 'vitest'
import { isNameLike, labelOf, nameOf, parseMdnsName } from './mdns-name.ts'

describe('the setting for the name by multicast DNS', () => {
  test.each([
    ['croquet', 'croquet'],
    ['Room-12', 'room-12'],
    ['lab.local', 'lab'],
    ['off', 'off'],
    ['a'.repeat(60), 'a'.repeat(60)],
  ])('takes %s', (text, label) => {
    expect(parseMdnsName(text)).toBe(label)
  })

  test.each([
    ...['', '.local', 'my box', 'box_1', '-box', 'box-', 'box.school', 'kästchen', 'a/b'],
    'a'.repeat(61),
  ])('refuses %s, and says what is allowed', (text) => {
    expect(() => parseMdnsName(text)).toThrow(/letters a to z, digits and hyphens, 60 at most/)
  })
})

test('names that boxes of one network take in turn are known as such, and no others', () => {
  const names = [1, 2, 20].map((attempt) => nameOf(labelOf('croquet', attempt)))
  expect(names).toEqual(['croquet.local', 'croquet-2.local', 'croquet-20.local'])
  expect(names.filter((name) => isNameLike('croquet', name))).toEqual(names)
  for (const other of ['croquet-0.local', 'croquet-21.local', 'croquets.local', 'croquet']) {
    expect(isNameLike('croquet', other)).toBe(false)
  }
})
