import { expect, test } from 'vitest'
import { placeIn } from './place.ts'

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
