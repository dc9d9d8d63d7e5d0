import { expect, it } from 'vitest'
import { findingOfPage } from './page.ts'

const HTML = { 'content-type': 'text/html; charset=utf-8' }

it.each([
  [{ status: 200, headers: HTML }, 'ok', 'opens'],
  [{ status: 401, headers: HTML }, 'ok', 'opens'],
  [{ status: 302, headers: { location: 'https://box/' } }, 'ok', 'led to https://box/'],
  [{ status: 404, headers: { 'content-type': 'application/json' } }, 'warning', 'no page'],
  [{ status: 200, headers: { 'content-type': 'text/plain' } }, 'problem', 'text/plain'],
  [{ status: 500, headers: {} }, 'problem', 'of no type, with status 500'],
  [{ reason: 'the connection was cut' }, 'problem', 'was cut'],
])('%o', (page, status, text) => {
  expect(findingOfPage(page)).toMatchObject({ status, text: expect.stringContaining(text) })
})
