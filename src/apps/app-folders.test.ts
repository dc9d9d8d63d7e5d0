import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { AppFolders, pageFolders } from './app-folders.ts'

let dir: string
let folders: AppFolders
let releases: Map<string, string>

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'web-'))
  releases = new Map()
  folders = new AppFolders(
    {
      list: () => Array.from(releases, ([name]) => ({ name })),
      activeFolder: (name) => releases.get(name),
      onChange: () => () => {},
    },
    dir,
  )
})

afterEach(() => rm(dir, { recursive: true }))

async function put(path: string): Promise<string> {
  const root = join(dir, path)
  await mkdir(root, { recursive: true })
  await writeFile(join(root, 'index.html'), '')
  return root
}

test('apps are folders with a page, by name, and a release goes before a folder', async () => {
  const byHand = await put('apps/org.example.sketch')
  await put('apps/chess')
  await put('apps/.hidden')
  await mkdir(join(dir, 'apps/empty'))
  await writeFile(join(dir, 'apps/readme.txt'), '')
  releases.set('chess', await put('releases/7'))
  releases.set('broken', join(dir, 'releases/8'))
  expect(await folders.list()).toEqual([
    { name: 'chess', root: join(dir, 'releases/7'), isRelease: true },
    { name: 'org.example.sketch', root: byHand, isRelease: false },
  ])
  expect(await folders.has('chess')).toBe(true)
  expect(await folders.has('org.example.sketch')).toBe(true)
  expect(await folders.has('empty')).toBe(false)
  expect(await folders.has('broken')).toBe(false)
})

test('a folder may be a link to another', async () => {
  await mkdir(join(dir, 'apps'))
  await symlink(await put('elsewhere'), join(dir, 'apps/linked'))
  expect((await folders.list()).map(({ name }) => name)).toEqual(['linked'])
})

test('where no app is, there is none', async () => {
  expect(await folders.list()).toEqual([])
  expect(await pageFolders(join(dir, 'demos'))).toEqual([])
})

test.each(['', '.', '..', '../apps', 'a/b', 'a\\b', '.git', 'a\0', '-a', 'a'.repeat(101)])(
  '%j is no name of an app',
  async (name) => {
    expect(folders.find(name)).toBeUndefined()
    expect(await folders.has(name)).toBe(false)
  },
)
