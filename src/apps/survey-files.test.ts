import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { surveyApp } from './app-survey.ts'
import { findSurveyFiles } from './survey-files.ts'

const VERSIONS = { '@croquet/croquet': '2.0.4', '@multisynq/client': '1.1.0' }
const IMPORT = 'import "https://a.example/b.js"'

let root: string

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'app-'))
})

afterEach(() => rm(root, { recursive: true }))

async function put(...paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), path)
  }
}

async function pathsRead(): Promise<string[]> {
  return (await findSurveyFiles(root)).read.map(({ path }) => path)
}

test('reads near the top first, pages before scripts before styles, by name', async () => {
  await put(
    'z/deep/a.js',
    'b/c.js',
    'a.css',
    'b.js',
    'a.mjs',
    'index.html',
    'about.HTM',
    'b/a.html',
  )
  const first = ['about.HTM', 'index.html', 'a.mjs', 'b.js', 'a.css']
  expect(await pathsRead()).toEqual([...first, 'b/a.html', 'b/c.js', 'z/deep/a.js'])
})

test('counts neither pictures, nor hidden files, nor packages', async () => {
  await put('index.html', 'a.png', '.git/a.js', 'node_modules/a/a.js', 'model.glb', 'data.json')
  expect(await pathsRead()).toEqual(['index.html'])
})

test('an app of 11,000 files is surveyed by what is read of it, in whatever order the disk has them', async () => {
  await mkdir(join(root, 'assets'))
  const paths = Array.from({ length: 11_000 }, (_, index) => `assets/${index}.png`)
  for (const path of paths) await writeFile(join(root, path), '')
  await put('index.html', 'zz/client.js')
  await writeFile(join(root, 'zz/client.js'), IMPORT)
  expect(await pathsRead()).toEqual(['index.html', 'zz/client.js'])
  expect((await surveyApp(root, VERSIONS, undefined))?.needs).toEqual(['a.example'])
})

test('of more scripts than are read, those that are nearest to the top count', async () => {
  await mkdir(join(root, 'a/b'), { recursive: true })
  for (let index = 0; index < 3100; index += 1) await writeFile(join(root, `a/b/${index}.js`), '')
  await put('z.js', 'index.html', 'z/y.js')
  const read = await pathsRead()
  expect(read).toHaveLength(3000)
  expect(read.slice(0, 4)).toEqual(['index.html', 'z.js', 'z/y.js', 'a/b/0.js'])
})

test('a survey depends on what it reads, on names, images and manifests', async () => {
  await put('index.html', 'app.webmanifest', 'a.png', 'a.glb')
  const lines = async () => (await findSurveyFiles(root)).lines
  const before = await lines()
  const touch = (path: string) => utimes(join(root, path), 1, 1)
  await touch('a.glb')
  expect(await lines()).toEqual(before)
  await touch('a.png')
  const withImage = await lines()
  expect(withImage).not.toEqual(before)
  await touch('app.webmanifest')
  const second = await lines()
  expect(second).not.toEqual(withImage)
  await touch('index.html')
  const third = await lines()
  expect(third).not.toEqual(second)
  await put('b.png')
  expect(await lines()).not.toEqual(third)
})
