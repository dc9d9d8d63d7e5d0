import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { pathsOfPicture } from './app-picture.ts'
import { type AppSurvey, surveyApp } from './app-survey.ts'

const DRAWING = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 1"/>'
const OG = '<meta property="og:image" content="og.png">'

let root: string

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'app-'))
})

afterEach(() => rm(root, { recursive: true }))

/** A PNG as far as it is looked at, of that many bytes. */
function png(width: number, height: number, bytes = 24): Buffer {
  const file = Buffer.alloc(bytes)
  file.write('89504e470d0a1a0a0000000d49484452', 'hex')
  file.writeUInt32BE(width, 16)
  file.writeUInt32BE(height, 20)
  return file
}

async function put(files: Readonly<Record<string, string | Buffer>>): Promise<void> {
  for (const [path, body] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), body)
  }
}

async function survey(
  files: Readonly<Record<string, string | Buffer>>,
  known?: AppSurvey,
): Promise<AppSurvey> {
  await put(files)
  const found = await surveyApp(root, {}, known?.fingerprint)
  if (!found) throw new Error('nothing has changed')
  return found
}

describe('the picture of an app', () => {
  const manifest = JSON.stringify({
    screenshots: [
      { src: 'tall.png', form_factor: 'narrow' },
      { src: 'wide.png', form_factor: 'wide' },
    ],
  })
  const files = {
    'og.png': png(1200, 630),
    'twitter.png': png(1200, 630),
    'shots/wide.png': png(1280, 720),
    'shots/tall.png': png(390, 844),
    'own.svg': DRAWING,
    'shots/app.webmanifest': manifest,
  }
  const TWITTER = '<meta name="twitter:image" content="./twitter.png?v=2">'
  const MANIFEST = '<link rel=manifest href="shots/app.webmanifest">'

  test.each([
    ['the one for those who link to it', `${TWITTER}${OG}${MANIFEST}`, 'og.png'],
    ['else that for Twitter', `${TWITTER}${MANIFEST}`, 'twitter.png'],
    ['else a wide screenshot of its manifest', MANIFEST, 'shots/wide.png'],
    [
      'also by an address of the cloud',
      OG.replace('og.png', 'https://a.example/x/og.png'),
      'og.png',
    ],
    ['not a hidden file', OG.replace('"og.png', '".og.png'), undefined],
    ['not what is elsewhere', OG.replace('og.png', 'https://a.example/b.png'), undefined],
    ['not what is in the page', OG.replace('og.png', 'data:image/png;base64,AA'), undefined],
    ['not a way up', OG.replace('og.png', '../og.jpg'), undefined],
    ['none if it names none', '', undefined],
  ])('is %s', async (_which, html, picture) => {
    expect((await survey({ 'index.html': html, ...files })).picture).toBe(picture)
  })

  test('is the one that app.json names, before all others', async () => {
    const settings = '{"name": "Game", "picture": "own.svg"}'
    const found = await survey({ 'index.html': OG, ...files, 'app.json': settings })
    expect(found).toMatchObject({ picture: 'own.svg', secure: [] })
  })

  test.each(['{"picture": 7}', '{"picture": ""}', '["picture"]', '{"picture": ', '{}'])(
    'is not affected by the app.json %s',
    async (settings) => {
      const found = await survey({ 'index.html': OG, ...files, 'app.json': settings })
      expect(found).toMatchObject({ picture: 'og.png', notes: [] })
    },
  )

  test.each([
    ['is larger than 1 MB', 'og.png', png(1200, 630, 1_000_001)],
    ['has more pixels than 4096 × 4096', 'og.png', png(4097, 4096)],
    ['is less than 240 pixels wide', 'og.png', png(239, 100)],
    ['is not what its name says', 'og.png', '<!doctype html>'],
    ['is an SVG larger than 200 kB', 'og.svg', DRAWING + ' '.repeat(200_000)],
    ['is no PNG, JPEG, WebP, AVIF, GIF or SVG by its name', 'og.bmp', 'BM'],
  ])('is another one if it %s, and the owner is told', async (fault, name, body) => {
    const html = `${OG.replace('og.png', name)}${TWITTER}`
    const found = await survey({ 'index.html': html, ...files, [name]: body })
    expect(found).toMatchObject({
      picture: 'twitter.png',
      notes: [`Its picture ${name} ${fault}: the tile shows another one.`],
    })
  })

  test('is noticed when its file or app.json changes, though no page does', async () => {
    const first = await survey({ 'index.html': OG, 'og.png': 'not yet' })
    expect(first.picture).toBeUndefined()
    const second = await survey({ 'og.png': png(1200, 630) }, first)
    expect(second.picture).toBe('og.png')
    const third = await survey({ 'own.svg': DRAWING, 'app.json': '{"picture":"own.svg"}' }, second)
    expect(third.picture).toBe('own.svg')
  })
})

test('an address of the cloud is looked for with less and less of its beginning', () => {
  expect(pathsOfPicture('https://a.example/me/app/og.png?v=1', '')).toEqual([
    ...['/me/app/og.png', '/app/og.png', '/og.png'],
  ])
  expect(pathsOfPicture('og.png', 'shots')).toEqual(['/shots/og.png'])
  expect(pathsOfPicture(`https://a.example/${'a/'.repeat(500)}og.png`, '')).toHaveLength(9)
  expect(pathsOfPicture('javascript:alert(1)', '')).toEqual([])
})
