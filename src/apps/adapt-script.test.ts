import { expect, test } from 'vitest'
import { adaptScript } from './adapt-script.ts'

const PLACE = {
  script: '/apps/sketch/assets/main.js',
  page: '/apps/sketch/',
  versions: { '@croquet/croquet': '2.0.4', '@multisynq/client': '1.1.0' },
}
const CDN = 'https://cdn.jsdelivr.net/npm/@croquet/croquet@2'
const FROM_SCRIPT = '../../../lib/@croquet/croquet@2.0.4'
const FROM_PAGE = '../../lib/@croquet/croquet@2.0.4'

test.each([
  [
    'what is imported is relative to the script',
    `import * as Croquet from "${CDN}/pub/croquet.esm.js"\nlet a`,
    `import * as Croquet from "${FROM_SCRIPT}/pub/croquet.esm.js"\nlet a`,
  ],
  [
    'also what is passed on',
    `export * from '${CDN}/pub/croquet.esm.js'`,
    `export * from '${FROM_SCRIPT}/pub/croquet.esm.js'`,
  ],
  [
    'also what is imported later',
    `import('${CDN}/pub/croquet.esm.js')`,
    `import('${FROM_SCRIPT}/pub/croquet.esm.js')`,
  ],
  [
    'also what is imported later, in backticks, of several',
    `import(\`${CDN}/+esm\`); import('three')`,
    "import(`../../../apps/croquet-with-default.js`); import('three')",
  ],
  [
    'what a script loads by an element is relative to the page',
    `script.src = "${CDN}/pub/croquet.min.js"`,
    `script.src = "${FROM_PAGE}/pub/croquet.min.js"`,
  ],
  [
    'what the lexer cannot read is taken for that, too',
    `let a = {; load('${CDN}/pub/croquet.min.js')`,
    `let a = {; load('${FROM_PAGE}/pub/croquet.min.js')`,
  ],
])('%s', async (_, before, after) => {
  expect(await adaptScript(before, PLACE)).toBe(after)
})

test.each([
  ['other libraries', 'import "https://cdn.jsdelivr.net/npm/three@0.160.0"'],
  ['what is in the app', 'import "@croquet/croquet"; import "./croquet.esm.js"'],
  ['text in which the address is', `alert("see ${CDN} for more")`],
  ['addresses that are put together', `load(\`${CDN.replace('@2', '@')}\${version}\`)`],
  ['nothing', ''],
])('leaves %s as it is', async (_, script) => {
  expect(await adaptScript(script, PLACE)).toBe(script)
})
