import { expect, test } from 'vitest'
import { adaptPage } from './adapt-page.ts'

const PLACE = {
  page: '/apps/sketch/',
  start: '/apps/sketch/',
  hasFile: async (pathname: string) => /^\/(?:assets|_next)\//.test(pathname),
  versions: { '@croquet/croquet': '2.0.4', '@multisynq/client': '1.1.0' },
}
const CDN = 'https://cdn.jsdelivr.net/npm/@croquet/croquet@2/pub'
const OWN = '../../lib/@croquet/croquet@2.0.4/pub'
const TELLER =
  '<script src="../../apps/use-this-box.js"></script>' +
  '<script src="../../apps/watch-page.js" data-app="sketch"></script>'

/** Adapted, without the script of the box that goes before all others. */
async function adaptedBehindTeller(html: string): Promise<string> {
  return (await adaptPage(html, PLACE)).replace(TELLER, '')
}

test.each([
  [
    'a script',
    `<script src='${CDN}/croquet.min.js' defer></script>`,
    `<script src="${OWN}/croquet.min.js" defer></script>`,
  ],
  [
    'a script with a checksum, which was that of another',
    `<script src="${CDN}/croquet.min.js" integrity="sha384-x" crossorigin></script>`,
    `<script src="${OWN}/croquet.min.js" crossorigin></script>`,
  ],
  [
    'a module that is loaded ahead',
    `<link rel=modulepreload href=${CDN}/croquet.esm.js>`,
    `<link rel=modulepreload href="${OWN}/croquet.esm.js">`,
  ],
  [
    'what a module in the page imports',
    `<script type="module">\r\nimport "${CDN}/croquet.esm.js"\r\n</script>`,
    `<script type="module">\r\nimport "${OWN}/croquet.esm.js"\r\n</script>`,
  ],
  [
    'an import map, with its checksums',
    `<script type="importmap">{"imports":{"c":"${CDN}/croquet.esm.js","t":"https://esm.sh/three"},
      "scopes":{"/a/":{"c":"https://esm.run/@croquet/croquet"}},
      "integrity":{"${CDN}/croquet.esm.js":"sha384-x","https://esm.sh/three":"sha384-y"}}</script>`,
    `<script type="importmap">{"imports":{"c":"${OWN}/croquet.esm.js","t":"https://esm.sh/three"},` +
      '"scopes":{"/a/":{"c":"../../apps/croquet-with-default.js"}},' +
      '"integrity":{"https://esm.sh/three":"sha384-y"}}</script>',
  ],
  [
    'a script in a template',
    `<template><script src="${CDN}/croquet.min.js"></script></template>`,
    `<template><script src="${OWN}/croquet.min.js"></script></template>`,
  ],
  [
    'what a base changes: nearer to the root',
    `<base href="/"><script src="${CDN}/croquet.min.js"></script>`,
    `<base href="/"><script src="./lib/@croquet/croquet@2.0.4/pub/croquet.min.js"></script>`,
  ],
  [
    'what a base changes: further away',
    `<base href="a/b/"><script src="${CDN}/croquet.min.js"></script>`,
    `<base href="a/b/"><script src="../../${OWN}/croquet.min.js"></script>`,
  ],
])('leads to the box: %s', async (_, before, after) => {
  expect(await adaptedBehindTeller(before)).toBe(after)
})

test.each([
  [
    'a module',
    '<script type=module crossorigin src="/assets/main.js?v=1&amp;w"></script>',
    '<script type=module crossorigin src="../../apps/sketch/assets/main.js?v=1&amp;w"></script>',
  ],
  [
    'a script, and its checksum stays',
    '<script src="/assets/main.js" integrity="sha384-x"></script>',
    '<script src="../../apps/sketch/assets/main.js" integrity="sha384-x"></script>',
  ],
  [
    'a module that is loaded ahead',
    '<link rel="modulepreload" href="/assets/main.js">',
    '<link rel="modulepreload" href="../../apps/sketch/assets/main.js">',
  ],
  [
    'what has the root for a base',
    '<base href="/"><script src="assets/main.js"></script>',
    '<base href="/"><script src="./apps/sketch/assets/main.js"></script>',
  ],
])('leads into an app that was built for the root of a site: %s', async (_, before, after) => {
  expect(await adaptedBehindTeller(before)).toBe(after)
})

test.each([
  [
    'addresses from the root that are not of the app',
    '<script src="/lib/three@1/three.js"></script>',
  ],
  ['scripts of Next', '<script src="/_next/static/chunks/main.js" async></script>'],
  ['addresses of other hosts', '<script src="//a.example/assets/main.js"></script>'],
  ['what is in the app as it is', '<script src="/apps/sketch/assets/main.js"></script>'],
  ['other scripts', '<!DOCTYPE html>\r\n<HTML><script SRC=main.js></script><p>a &amp; b<br/>\r'],
  ['links to read', `<a href="${CDN}/croquet.min.js">the client</a>`],
  ['comments', `<!-- <script src="${CDN}/croquet.min.js"></script> -->`],
  ['text', `<pre>&lt;script src="${CDN}/croquet.min.js"></pre><textarea>${CDN}</textarea>`],
  [
    'scripts that browsers do not run',
    `<script type="text/x">import "${CDN}/croquet.esm.js"</script>`,
  ],
  ['an import map that is none', `<script type=importmap>{"imports": "${CDN}"</script>`],
  [
    'a page whose base is elsewhere',
    `<base href="//a.example"><script src="${CDN}/croquet.min.js"></script>`,
  ],
  ['nothing', ''],
])('leaves as it is: %s', async (_, html) => {
  expect(await adaptedBehindTeller(html)).toBe(html)
})

test.each([
  ['<!doctype html><html><head><title>', `<!doctype html><html><head>${TELLER}<title>`],
  ['<html><meta charset=utf-8><head>', `<html>${TELLER}<meta charset=utf-8><head>`],
  ['<html lang=en><body>', `<html lang=en>${TELLER}<body>`],
  ['\n<!-- a --><!doctype html>\n<p>', `\n<!-- a --><!doctype html>${TELLER}\n<p>`],
  ['<p>a<script>b</script>', `${TELLER}<p>a<script>b</script>`],
])('tells clients before all scripts: %j', async (before, after) => {
  expect(await adaptPage(before, PLACE)).toBe(after)
})

test('tells clients from wherever the page is', async () => {
  const place = { ...PLACE, page: '/apps/sketch/rooms/blue.html' }
  expect(await adaptPage('<head><base href="/">', place)).toBe(
    '<head><script src="../../../apps/use-this-box.js"></script>' +
      '<script src="../../../apps/watch-page.js" data-app="sketch"></script><base href="/">',
  )
})

test('a policy in the page that was made for the cloud lets it reach the box', async () => {
  const policy = `<meta http-equiv=content-security-policy content='connect-src wss://a.example "b&amp;c"'>`
  expect(await adaptPage(policy, PLACE)).toBe(
    `<meta http-equiv=content-security-policy content="connect-src wss://a.example &quot;b&amp;c&quot; 'self'">`,
  )
})

test('a piece of a page that runs nothing stays as it is', async () => {
  expect(await adaptPage('<li>one<li>two', PLACE)).toBe('<li>one<li>two')
})
