import { expect, test } from 'vitest'
import { isolationHeaders, NO_SETTINGS, parseAppSettings } from './app-settings.ts'

test.each([
  ['{"crossOriginIsolated": true}', 'require-corp'],
  ['\uFEFF{"name": "Game", "crossOriginIsolated": true}', 'require-corp'],
  ['{"crossOriginIsolated": "credentialless"}', 'credentialless'],
  ['{"crossOriginIsolated": false}', undefined],
])('%s asks for the embedder policy %s', (text, embedderPolicy) => {
  expect(parseAppSettings(text)).toEqual({ embedderPolicy })
})

test.each([
  '',
  '{}',
  '[1, 2',
  '["a", "b"]',
  '{"expo": {"name": "Game"}}',
  '["crossOriginIsolated"]',
  '{"web": {"crossOriginIsolated": 7}}',
  '{"about": "pages are crossOriginIsolated"}',
])('%s is the own file of an app', (text) => {
  expect(parseAppSettings(text)).toBe(NO_SETTINGS)
})

test.each([
  ['{"crossOriginIsolated": "yes"}', '"crossOriginIsolated" has to be true, false or'],
  ['{"crossOriginIsolated": null}', '"crossOriginIsolated" has to be true, false or'],
  ['{"crossoriginisolated": true}', '"crossoriginisolated" has to be written'],
  ['{"cross-origin-isolated": true}', '"cross-origin-isolated" has to be written'],
  ['{"crossOriginIsolated": true,}', 'app.json is wrong: it is no JSON'],
  ['{crossOriginIsolated: true}', 'app.json is wrong: it is no JSON'],
])('%s is refused with a sentence', (text, sentence) => {
  expect(() => parseAppSettings(text)).toThrow(sentence)
})

test('pages that are not isolated get no header for it', () => {
  expect(isolationHeaders(NO_SETTINGS)).toEqual({})
  expect(isolationHeaders({ embedderPolicy: 'require-corp' })).toEqual({
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-embedder-policy': 'require-corp',
  })
})
