import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { PageFrame } from './page-frame.ts'

const PAGES_DIR = join(import.meta.dirname, '../../web/admin')
const pages = readdirSync(PAGES_DIR).filter((name) => name.endsWith('.html'))
const frame = await PageFrame.load(join(PAGES_DIR, 'frame'))

/** Pages that people are led to. */
const UNLISTED = ['enter.html', 'session.html', 'view.html']

/** Links to where the reader is. */
function currentOf(html: string): string[] {
  return Array.from(html.matchAll(/href="([^"]*)" aria-current="page"/g), ([, href = '']) => href)
}

test.each(pages)('%s gets its head and the way to the others', (name) => {
  const page = readFileSync(join(PAGES_DIR, name), 'utf8')
  const html = frame.around(page)
  expect(html).toContain('<link rel="stylesheet" href="admin.css">')
  expect(html).not.toContain('{{')
  const listed = name === 'index.html' ? ['./'] : [name]
  const current = UNLISTED.includes(name) ? [] : listed
  expect(currentOf(html)).toEqual(current)
})

test('there is a way to every page', () => {
  const html = frame.around('{{top}}')
  for (const name of pages.filter((page) => !UNLISTED.includes(page))) {
    expect(html).toContain(`href="${name === 'index.html' ? './' : name}"`)
  }
})

test('what is put in stands as far to the right as its mark', () => {
  const [first, second] = frame.around('  {{head}}').split('\n')
  expect([first, second]).toEqual([
    '  <meta charset="utf-8">',
    expect.stringMatching(/^ {2}<meta name="viewport"/),
  ])
})
