import { expect, test } from 'vitest'
import { factsOfPlace, placeIn } from './place.ts'

test.each([
  '/',
  '/apps/x/?q=1&r=%2F%2Fevil.example',
  '/?to=https://evil.example/',
  '/a//b',
  '/demos/drawing/index.html',
])('%s is a place of the box', (text) => {
  expect(placeIn(text)).toBe(text)
  expect(new URL(`.${text}`, 'http://box/').host).toBe('box')
})

test.each([
  undefined,
  '',
  '//evil.example',
  '/\\evil.example',
  '\\\\evil.example',
  '/a\\b',
  '///evil.example',
  'https://evil.example/',
  'https:evil.example',
  'javascript:alert(1)',
  'evil.example',
  '../x',
  ' /x',
  '/\t/evil.example',
  '/x\r\nset-cookie: a=b',
  '/ä',
  `/${'x'.repeat(2000)}`,
])('%j is none, and leads to the landing page', (text) => {
  expect(placeIn(text)).toBe('/')
})

const APPS = [
  { url: 'apps/our%20map/', title: 'Our map', secure: ['camera'] },
  { url: 'apps/maze/', title: 'Maze', secure: null },
  { url: 'demos/chat/', title: 'Chat', secure: [] },
]

test.each([
  ['/', undefined, null, []],
  ['/?q=1', undefined, null, []],
  ['/developers/', undefined, null, []],
  ['/demos/chat/?q=1', undefined, 'Chat', []],
  ['/apps/our%20map/rooms/1.html', undefined, 'Our map', ['camera']],
  ['/apps/maze/', undefined, 'Maze', null],
  ['/apps/gone/', undefined, null, null],
  ['/apps/maze', undefined, null, null],
  ['/other.html', undefined, null, null],
  ['/', 'apps/our%20map/', 'Our map', ['camera']],
  ['/apps/maze/', 'apps/our%20map/', 'Maze', null],
] as const)(
  'of %s (at the origin of %s) it knows the title %s and that it needs %j',
  (...given) => {
    const [place, own, title, secure] = given
    expect(factsOfPlace(place, APPS, own)).toEqual({ title, secure })
  },
)
