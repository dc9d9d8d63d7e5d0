import { expect, test } from 'vitest'
import { isAppFilePath } from './app-path.ts'

const RELEASE = 'garden/releases/20260131-235959-123'

test.each(['garden/app.json', `${RELEASE}/index.html`, `${RELEASE}/js/ä b.js`])(
  '%s is a path of an app',
  (path) => expect(isAppFilePath(path)).toBe(true),
)

test.each([
  '',
  'garden',
  'app.json',
  'Garden/app.json',
  '../app.json',
  'garden/app.json.new',
  'garden/other',
  RELEASE,
  `${RELEASE}/`,
  `${RELEASE}//a`,
  `${RELEASE}/../app.json`,
  `${RELEASE}/.env`,
  `${RELEASE}/a\\b`,
  `${RELEASE}/a/`,
  `${RELEASE}/./a`,
  'garden/releases/other/index.html',
  'garden/old/20260131-235959-123/index.html',
])('%s is none', (path) => expect(isAppFilePath(path)).toBe(false))
