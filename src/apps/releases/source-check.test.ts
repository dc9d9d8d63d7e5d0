import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { DeployError } from './deploy-error.ts'
import { refuseSources } from './source-check.ts'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sources-'))
})
afterEach(() => rm(dir, { recursive: true }))

/** @returns why it is refused; "" if it is not */
async function refusal(files: Readonly<Record<string, string>>): Promise<string> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(dir, path)), { recursive: true })
    await writeFile(join(dir, path), text)
  }
  const error = await refuseSources(dir, Object.keys(files)).then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error === undefined) return ''
  expect(error).toBeInstanceOf(DeployError)
  expect((error as DeployError).statusCode).toBe(422)
  return (error as DeployError).message
}

const PACKAGE = { 'package.json': '{}' }
const moduleAt = (src: string) => `<div id=app></div><script type="module" src="${src}"></script>`

describe('sources are refused:', () => {
  test.each(['/src/main.tsx', 'src/main.ts', './main.jsx', '/src/App.vue', 'main.mts?v=1'])(
    'a page that loads %s',
    async (src) => {
      const sentence = await refusal({ 'index.html': moduleAt(src) })
      expect(sentence).toContain('its page loads "')
      expect(sentence).toContain('run `npm run build` first')
    },
  )

  test.each([
    ["import { Session } from '@multisynq/client'", 'from a package'],
    ["import 'three'", 'imports "three" from a package'],
    ["export * from 'react'", 'imports "react" from a package'],
    ["import './style.css'", 'imports "./style.css"'],
    ["import logo from '/logo.svg'", 'imports "/logo.svg"'],
    ["import App from './App.jsx'", 'imports "./App.jsx"'],
    ["import { count } from './count'", 'imports "./count"'],
    ["import './deep/other.js'", '"src/deep/other.js", which imports "vue" from a package'],
  ])('a module with %s', async (text, words) => {
    const files = { 'src/count.js': '', 'src/deep/other.js': "import 'vue'", 'src/main.js': text }
    const sentence = await refusal({ ...PACKAGE, 'index.html': moduleAt('/src/main.js'), ...files })
    expect(sentence).toContain(words)
  })

  test.each([
    '%PUBLIC_URL%/favicon.ico',
    '%sveltekit.assets%/favicon.png',
    '<%= BASE_URL %>favicon.ico',
  ])('a page that a builder fills in: %s', async (href) => {
    expect(await refusal({ 'index.html': `<link rel=icon href="${href}">` })).toContain(href)
  })

  test('a module in the page itself', async () => {
    const html = '<script type=module>import React from "react"</script>'
    expect(await refusal({ ...PACKAGE, 'index.html': html })).toContain(
      '"index.html", which imports',
    )
  })

  test.each(['dist', 'build', 'out'])('and what was built in %s/ is named', async (folder) => {
    const files = { 'index.html': moduleAt('/src/main.tsx'), [`${folder}/index.html`]: '' }
    expect(await refusal(files)).toContain(`deploy ${folder}/, which was built from it`)
  })
})

describe('what browsers run is taken:', () => {
  test.each([
    ['what was built', moduleAt('/assets/index-abc.js'), "import './chunk-1.js';import('three')"],
    ['a file that is not there', moduleAt('/gone.js'), ''],
    ['what is on the internet', moduleAt('https://esm.sh/main.ts'), ''],
    ['addresses', moduleAt('assets/index-abc.js'), "import 'https://esm.sh/react'"],
    [
      'an import map',
      `<script type=importmap>{"imports":{"three":"./t.js","lib/":"./lib/"}}</script>${moduleAt('assets/index-abc.js')}`,
      "import 'three'; import 'lib/a.js'",
    ],
    [
      'types of modules',
      moduleAt('assets/index-abc.js'),
      "import a from './a.json' with { type: 'json' }",
    ],
    ['what is no JavaScript', moduleAt('assets/index-abc.js'), 'import {'],
    ['what another script compiles', '<script type="text/babel" src="app.jsx"></script>', ''],
    ['a classic script', '<script src="assets/index-abc.js"></script>', "import 'three'"],
  ])('%s', async (_, html, script) => {
    const files = { 'index.html': html, 'assets/index-abc.js': script, 'assets/chunk-1.js': '' }
    expect(await refusal({ ...PACKAGE, ...files })).toBe('')
  })

  test('bare imports where there is no package.json', async () => {
    const files = { 'index.html': moduleAt('main.js'), 'main.js': "import 'three'" }
    expect(await refusal(files)).toBe('')
  })

  test('modules that import each other', async () => {
    const files = { 'a.js': "import './b.js'", 'b.js': "import './a.js'" }
    expect(await refusal({ ...PACKAGE, 'index.html': moduleAt('a.js'), ...files })).toBe('')
  })
})
