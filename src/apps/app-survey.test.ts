import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type AppSurvey, surveyApp } from './app-survey.ts'

const MODULES = join(import.meta.dirname, '../../node_modules')
const VERSIONS = { '@croquet/croquet': '2.0.4', '@multisynq/client': '1.1.0' }

let root: string

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'app-'))
})

afterEach(() => rm(root, { recursive: true }))

async function put(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), text)
  }
}

async function survey(files: Readonly<Record<string, string>>): Promise<AppSurvey | undefined> {
  await put(files)
  return surveyApp(root, VERSIONS, undefined)
}

describe('what an app says of itself', () => {
  test('is its title and description, in one line, and not too long', async () => {
    const found = await survey({
      'index.html': `<title>\n Map &amp;\n quiz</title><meta name=Description content="${'a '.repeat(200)}">`,
    })
    expect(found?.title).toBe('Map & quiz')
    expect(found?.description).toHaveLength(240)
  })

  test('is the name of the application before the title of the page', async () => {
    const html = '<meta name="application-name" content="Quiz"><title>Start – Quiz</title>'
    expect(await survey({ 'index.html': html })).toMatchObject({ title: 'Quiz', description: '' })
  })

  test('is not what its other pages say', async () => {
    const found = await survey({ 'index.html': '', 'about.html': '<title>About</title>' })
    expect(found).toMatchObject({ title: '', icon: undefined })
  })
})

test.each([
  ['<link rel=icon href=a.png><link rel=icon sizes=96x96 href=b.png>', 'b.png'],
  ['<link rel="shortcut icon" href="/a.png"><link rel=icon href="i/c.svg">', 'i/c.svg'],
  ['<link rel=icon href=a.png><link rel=apple-touch-icon href=./b.png?v=2>', 'b.png'],
  ['<link rel=icon href=gone.svg><link rel=icon href=a.png>', 'a.png'],
  ['<link rel=icon href="data:image/svg+xml,<svg/>">', 'data:image/svg+xml,<svg/>'],
  ['<link rel=manifest href="i/m.webmanifest">', 'i/c.svg'],
  ['<link rel=icon href="https://a.example/a.png">', undefined],
  ['<link rel=icon href="../../a.png"><link rel=icon href=.a.png>', 'a.png'],
  ['<link rel=icon href=.a.png><link rel=manifest href=a.png>', undefined],
  ['<link rel=stylesheet href=a.png>', undefined],
])('of the icons in %s it takes %s', async (html, icon) => {
  const icons = JSON.stringify({
    icons: [
      { src: '../a.png', sizes: '9x9' },
      { src: 'c.svg', sizes: '99x99' },
    ],
  })
  const files = { 'a.png': '', '.a.png': '', 'b.png': '', 'i/c.svg': '', 'i/m.webmanifest': icons }
  expect((await survey({ 'index.html': html, ...files }))?.icon).toBe(icon)
})

test.each([
  [
    'index.html',
    '<link rel=stylesheet href="https://fonts.googleapis.com/css">',
    ['fonts.googleapis.com'],
  ],
  [
    'index.html',
    '<img srcset="//a.example/1.png, https://b.example:8080/2.png 2x">',
    ['a.example', 'b.example:8080'],
  ],
  [
    'index.html',
    '<p style="background:url(https://a.example/x)"><iframe src=http://b.example/>',
    ['a.example', 'b.example'],
  ],
  ['index.html', '<style>@import "https://a.example/x.css";</style>', ['a.example']],
  [
    'index.html',
    '<script type=importmap>{"imports":{"t":"https://esm.sh/three"}}</script>',
    ['esm.sh'],
  ],
  ['index.html', '<script>fetch("https://api.example/x")</script>', ['api.example']],
  ['page.html', '<video poster=https://a.example/x src=b.mp4>', ['a.example']],
  ['a/style.css', 'a { src: url("https://a.example/x.woff2") }', ['a.example']],
  [
    'a/main.mjs',
    'import{a}from"https://esm.sh/three";new WebSocket("wss://b.example/")',
    ['b.example', 'esm.sh'],
  ],
  [
    'a/main.js',
    'img.src = "https://a.example/x.png"; importScripts(`https://b.example/w.js`)',
    ['a.example', 'b.example'],
  ],
])('in %s, %s needs the internet', async (path, text, needs) => {
  expect((await survey({ 'index.html': '', [path]: text }))?.needs).toEqual(needs)
})

test.each([
  [
    'index.html',
    '<a href="https://a.example">more</a><link rel=canonical href="https://a.example/">',
  ],
  [
    'index.html',
    '<link rel=preconnect href="https://a.example"><form action="https://a.example"></form>',
  ],
  ['index.html', '<script src="https://unpkg.com/@croquet/croquet"></script><img src=a.png>'],
  [
    'index.html',
    '<!-- <img src="https://a.example/x.png"> --><svg xmlns="http://www.w3.org/2000/svg">',
  ],
  ['a.js', '// import a from "https://a.example"\n/*\n * fetch("https://a.example")\n */'],
  ['a.js', 'const more = "https://a.example"; fetch("https://" + host); import("./b.js")'],
  ['a.css', '/* url(https://a.example/x) */ a { background: url(data:image/png;base64,AA//) }'],
  ['node_modules/x/a.js', 'import "https://a.example"'],
  ['.git/a.js', 'import "https://a.example"'],
  ['a.txt', 'import "https://a.example"'],
])('in %s, %s needs none', async (path, text) => {
  expect((await survey({ 'index.html': '', [path]: text }))?.needs).toEqual([])
})

test('packages from CDNs are named, but for clients that the box has', async () => {
  const found = await survey({
    'index.html': '<script src="https://unpkg.com/@croquet/croquet"></script>',
    'main.js':
      'import "https://esm.sh/react-together@0.4"; import("https://esm.run/@croquet/worldcore")',
  })
  expect(found).toMatchObject({
    needs: ['esm.run', 'esm.sh'],
    packages: [
      { name: '@croquet/worldcore', host: 'esm.run' },
      { name: 'react-together', host: 'esm.sh' },
    ],
    notes: [],
  })
})

test.each([
  ['big.html', Buffer.alloc(30_000_000, ' '), 'big.html is longer than 4 MB'],
  ['a.html', Buffer.from('\ufeff<head>', 'utf16le'), 'a.html is UTF-16'],
  [
    'b.js',
    Buffer.from('throw Error("Cannot interpret reflector address")'),
    'b.js brings a client',
  ],
  [
    'b.js',
    Buffer.from("Croquet.startSession('map', Model, View)"),
    'b.js calls Croquet.startSession',
  ],
  [
    'b.js',
    Buffer.concat([Buffer.from('//esm.sh/@croquet/croquet'), Buffer.alloc(8_000_000, ' ')]),
    'b.js is longer than 8 MB',
  ],
])('%s is named if it cannot be adapted (%#)', async (path, bytes, note) => {
  await put({ 'index.html': '<title>a</title>' })
  await writeFile(join(root, path), bytes)
  const found = await surveyApp(root, VERSIONS, undefined)
  expect(found).toMatchObject({ title: 'a', notes: [expect.stringContaining(note)] })
})

test.each([
  'croquet-1.0.5/pub/croquet.min.js',
  '@multisynq/client/bundled/multisynq-client.esm.js',
])('of %s nothing is noted', async (client) => {
  await put({ 'index.html': '' })
  await copyFile(join(MODULES, client), join(root, 'client.js'))
  expect((await surveyApp(root, VERSIONS, undefined))?.notes).toEqual([])
})

test('an app that has not changed is not looked at again', async () => {
  const first = await survey({ 'index.html': '<title>a</title>' })
  expect(await surveyApp(root, VERSIONS, first?.fingerprint)).toBeUndefined()
  await put({ 'index.html': '<title>ab</title>' })
  const second = await surveyApp(root, VERSIONS, first?.fingerprint)
  expect(second).toMatchObject({ title: 'ab' })
})

test('a new icon is noticed, though no page has changed', async () => {
  const first = await survey({ 'index.html': '<link rel=icon href=a.png>' })
  expect(first?.icon).toBeUndefined()
  await put({ 'a.png': '' })
  expect(await surveyApp(root, VERSIONS, first?.fingerprint)).toMatchObject({ icon: 'a.png' })
})

test('however many files an app has, its pages and scripts are looked at', async () => {
  // Folders come in an order of their own.
  for (let i = 0; i < 3200; i++) await writeFile(join(root, `${i}.png`), '')
  const script = 'import "https://a.example/b"'
  const found = await survey({ 'index.html': '<title>a</title>', 'z.js': script })
  expect(found).toMatchObject({ title: 'a', needs: ['a.example'] })
})

test('however many scripts an app has, its first page is looked at', async () => {
  for (let i = 0; i < 3200; i++) await writeFile(join(root, `${i}.js`), '')
  expect(await survey({ 'index.html': '<title>a</title>' })).toMatchObject({ title: 'a' })
})

test('a page nested as deep as can be is looked at all the same', async () => {
  const html = `${'<b>'.repeat(20_000)}<img src="https://a.example/x">`
  expect((await survey({ 'index.html': html }))?.needs).toEqual(['a.example'])
})
