import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { FolderWatch } from './folder-watch.ts'

let dir: string
let told: Array<string | undefined>
let watches: FolderWatch[]

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'watch-'))
  writeFileSync(join(dir, 'file'), 'one')
  mkdirSync(join(dir, 'folder'))
  told = []
  watches = []
})
afterEach(() => {
  for (const watch of watches) watch.stop()
  rmSync(dir, { recursive: true, force: true })
})

async function start(hasNumbers = true): Promise<FolderWatch> {
  const onChange = (fault: string | undefined) => void told.push(fault)
  const watch = new FolderWatch({ dir, names: ['file', 'folder'], hasNumbers, onChange })
  watches.push(watch)
  await watch.start()
  return watch
}

/** Puts another file, or folder, in the place of one. */
function replace(name: string): void {
  mkdirSync(join(dir, 'other'))
  renameSync(join(dir, name), join(dir, 'other', name))
  if (name === 'file') writeFileSync(join(dir, name), 'one')
  else mkdirSync(join(dir, name))
}

it('finds nothing amiss while files change and others come and go', async () => {
  const watch = await start()
  writeFileSync(join(dir, 'file'), 'two')
  writeFileSync(join(dir, 'folder', 'new'), '')
  writeFileSync(join(dir, 'another'), '')
  expect(await watch.look()).toBeUndefined()
  expect(told).toEqual([])
})

it.each(['file', 'folder'])('notices that the %s is gone, and that it is back', async (name) => {
  const watch = await start()
  renameSync(join(dir, name), join(dir, 'away'))
  const gone = `${join(dir, name)} is gone`
  expect(await watch.look()).toBe(gone)
  expect(watch.fault).toBe(gone)
  await watch.look()
  renameSync(join(dir, 'away'), join(dir, name))
  expect(await watch.look()).toBeUndefined()
  expect(told).toEqual([gone, undefined])
})

it.each(['file', 'folder'])('notices that the %s is another', async (name) => {
  const watch = await start()
  replace(name)
  expect(await watch.look()).toBe(`${join(dir, name)} is not the one that the box opened`)
})

it('does not go by the numbers of files where they may change', async () => {
  const watch = await start(false)
  replace('file')
  expect(await watch.look()).toBeUndefined()
  rmSync(join(dir, 'file'))
  expect(await watch.look()).toBe(`${join(dir, 'file')} is gone`)
})

it('finds nothing amiss any more when it is stopped', async () => {
  const watch = await start()
  rmSync(dir, { recursive: true })
  const look = watch.look()
  watch.stop()
  expect(await look).toBeUndefined()
  expect(await watch.look()).toBeUndefined()
})

it('looks once a second by itself', async () => {
  await start()
  rmSync(join(dir, 'file'))
  await expect.poll(() => told, { timeout: 5000 }).toEqual([`${join(dir, 'file')} is gone`])
})
