import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { AppStore } from '../apps/releases/app-store.ts'
import { copyApps, newAppsCopyPath } from './apps-copy.ts'

const FACTS = { by: '', files: 2, bytes: 8, title: '', icon: '' }
const { signal } = new AbortController()

let dir: string
let copy: string
let store: AppStore
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'apps-copy-'))
  copy = newAppsCopyPath(dir)
  store = new AppStore({ dir: join(dir, 'apps'), wallTime: Date.now, log: { error: () => {} } })
  await store.open()
})
afterEach(() => rmSync(dir, { recursive: true }))

async function deploy(name: string, text: string): Promise<string> {
  const work = await store.newWorkFolder()
  await mkdir(join(work, 'app/js'), { recursive: true })
  await writeFile(join(work, 'app/index.html'), text)
  await writeFile(join(work, 'app/js/main.js'), text)
  const { id } = await store.add(name, join(work, 'app'), FACTS)
  await rm(work, { recursive: true })
  return id
}

it('copies all releases of all apps, with their lists', async () => {
  const one = await deploy('garden', 'one')
  const two = await deploy('garden', 'two')
  await deploy('chess', 'x')
  mkdirSync(join(dir, 'apps/Notes'))
  const files = await copyApps(dir, copy, signal)
  expect(files.filter(({ path }) => path.startsWith('garden'))).toEqual([
    { path: `garden/releases/${two}/index.html`, bytes: 3 },
    { path: `garden/releases/${two}/js/main.js`, bytes: 3 },
    { path: `garden/releases/${one}/index.html`, bytes: 3 },
    { path: `garden/releases/${one}/js/main.js`, bytes: 3 },
    { path: 'garden/app.json', bytes: expect.any(Number) },
  ])
  expect(readdirSync(copy)).toEqual(['chess', 'garden'])
  await store.remove('garden')
  expect(readFileSync(join(copy, 'garden/releases', one, 'js/main.js'), 'utf8')).toBe('one')
  const copied = new AppStore({ dir: copy, wallTime: Date.now, log: { error: () => {} } })
  await copied.open()
  expect(copied.find('garden')?.active.id).toBe(two)
})

it('copies nothing where there is nothing', async () => {
  rmSync(join(dir, 'apps'), { recursive: true })
  expect(await copyApps(dir, copy, signal)).toEqual([])
})

it('leaves out what a damaged disk has lost', async () => {
  const one = await deploy('garden', 'one')
  const two = await deploy('garden', 'two')
  rmSync(join(dir, 'apps/garden/releases', one), { recursive: true })
  mkdirSync(join(dir, 'apps/broken'))
  writeFileSync(join(dir, 'apps/broken/app.json'), '{')
  const files = await copyApps(dir, copy, signal)
  expect(files.map(({ path }) => path)).toEqual([
    `garden/releases/${two}/index.html`,
    `garden/releases/${two}/js/main.js`,
    'garden/app.json',
  ])
})

it('has each app as it was at one moment while apps are deployed, rolled back and deleted', async () => {
  let isOver = false
  const change = async () => {
    for (let i = 0; !isOver; i++) {
      const id = await deploy('garden', `${i}`)
      await deploy('chess', `${i}`)
      if (i % 3 === 0) await store.activate('garden', id)
      if (i % 5 === 0) await store.remove('chess')
    }
  }
  const changing = change()
  for (let i = 0; i < 15; i++) {
    const path = newAppsCopyPath(dir)
    const files = await copyApps(dir, path, signal)
    for (const name of readdirSync(path)) {
      const { active, releases } = JSON.parse(
        await readFile(join(path, name, 'app.json'), 'utf8'),
      ) as { active: string; releases: Array<{ id: string }> }
      const ids = releases.map(({ id }) => id)
      expect(ids).toContain(active)
      expect(readdirSync(join(path, name, 'releases')).toSorted()).toEqual(ids.toSorted())
      const own = files.filter((file) => file.path.startsWith(`${name}/`))
      expect(own).toHaveLength(ids.length * 2 + 1)
    }
  }
  isOver = true
  await changing
})

it('ends when it is told to', async () => {
  await deploy('garden', 'one')
  await expect(copyApps(dir, copy, AbortSignal.abort())).rejects.toThrow('aborted')
})
