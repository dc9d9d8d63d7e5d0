import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readPageFacts } from './app-page.ts'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'page-'))
})
afterEach(() => rm(dir, { recursive: true }))

async function factsOf(page: string, ...files: string[]) {
  await writeFile(join(dir, 'index.html'), page)
  return readPageFacts(dir, ['index.html', ...files])
}

test.each([
  ['<title>Our garden</title>', 'Our garden'],
  ['<!doctype html><html><head>\n<title>\n  Tom &amp;\n Jerry </title>', 'Tom & Jerry'],
  ['<title></title>', ''],
  ['no title', ''],
  ['', ''],
  [`<title>${'x'.repeat(300)}</title>`, 'x'.repeat(200)],
  [`${'<div>'.repeat(10_000)}<title>deep</title>`, 'deep'],
  [`${' '.repeat(70_000)}<title>far</title>`, ''],
])('the title of %j', async (page, title) => {
  expect((await factsOf(page)).title).toBe(title)
})

test.each([
  ['<link rel=icon href=img/a.png>', ['img/a.png', 'favicon.ico'], 'img/a.png'],
  ['<link rel="shortcut icon" href="./a%20b.png?v=1">', ['a b.png'], 'a b.png'],
  ['<link rel=icon href=lost.png><link rel=icon href=b.png>', ['b.png'], 'b.png'],
  ['<link rel=stylesheet href=a.png>', ['a.png'], ''],
  ['<link rel=icon href=https://elsewhere.example/a.png>', ['a.png'], ''],
  ['<link rel=icon href=//elsewhere.example/favicon.ico>', ['favicon.ico'], 'favicon.ico'],
  ['<link rel=icon href=%2e%2e%2fsecret>', ['favicon.svg'], 'favicon.svg'],
  ['<link rel=icon href=%ff><link rel=icon><link>', [], ''],
])('the icon of %s', async (page, files, icon) => {
  expect((await factsOf(page, ...files)).icon).toBe(icon)
})
