import { expect, test } from 'vitest'
import { findRoot } from './release-root.ts'

test.each([
  ['at the top', ['index.html', 'js/a.js'], ''],
  ['in the only folder', ['dist/index.html', 'dist/js/a.js'], 'dist'],
  ['at the top, though there is another', ['index.html', 'dist/index.html'], ''],
])('an app is %s', (_, files, root) => {
  expect(findRoot(files)).toBe(root)
})

test.each([
  ['nothing', [], 'there is no file in it'],
  ['no page', ['a.js'], 'there is no index.html at the top of it: build the app first'],
  ['a page of another name', ['Index.html'], 'there is no index.html at the top'],
  [
    'a page in one of two folders',
    ['src/a.js', 'a/b/index.html', 'dist/index.html'],
    'there is no index.html at the top of it, but there is "dist/index.html": deploy the folder that it is in',
  ],
  ['a page too deep', ['a/b/index.html'], 'but there is "a/b/index.html"'],
])('%s is no app', (_, files, reason) => {
  expect(() => findRoot(files)).toThrow(reason)
})

test.each([
  [['package.json', 'src/a.js', 'public/index.html'], 'build the app first'],
  [['package.json', 'public/index.html', 'build/index.html'], 'there is "build/index.html"'],
  [['a/index.html', 'dist/index.html'], 'there is "dist/index.html"'],
  [['public/index.html', 'b/a/index.html', 'notes.txt'], 'there is "public/index.html"'],
])('of a project with %j it says which folder is meant', (files, words) => {
  expect(() => findRoot(files)).toThrow(words)
})
