import { expect, test } from 'vitest'
import { rewriteTarget } from './request-target.ts'

const ID = 'I'.repeat(43)
const FILE = `/files/apps/org.example.app/${ID}/data/${ID}`

test.each([
  [`/team/x${FILE}`, FILE],
  [`/files${FILE}`, FILE],
  [`/team/x${FILE}?a=/files/b`, `${FILE}?a=/files/b`],
  [FILE, FILE],
  ['/healthz', '/healthz'],
  ['/reflector/healthz', '/healthz'],
  ['/a/b/healthz?verbose', '/healthz?verbose'],
])('%s is routed as %s', (target, routed) => {
  expect(rewriteTarget(target)).toBe(routed)
})

test.each([
  '/',
  '/index.html',
  '/team/x/files/',
  '/team/x/files/readme.txt',
  `/team/x/files/..${FILE}/x`,
  `/team/x${FILE}/`,
  `/team/x${FILE}%00`,
  `/team/x${FILE.replace('/data/', '%2Fdata/')}`,
  `/team/x?y=${FILE}`,
  `http://box${FILE}`,
  '/notes-on-healthz',
  '/healthz/',
  '/x?/healthz',
  '*',
])('%s is left as it is', (target) => {
  expect(rewriteTarget(target)).toBe(target)
})
