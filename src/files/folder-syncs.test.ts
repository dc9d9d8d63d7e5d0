import { beforeEach, expect, test } from 'vitest'
import { FolderSyncs } from './folder-syncs.ts'

let synced: string[]
let ends: Array<() => void>
let folders: FolderSyncs

beforeEach(() => {
  synced = []
  ends = []
  folders = new FolderSyncs('/up', (folder) => {
    synced.push(folder)
    return new Promise((resolve) => ends.push(resolve))
  })
})

/** Ends all syncs that are under way, and those that they lead to. */
async function endAll(): Promise<void> {
  while (ends.length > 0) {
    for (const end of ends.splice(0)) end()
    await new Promise(setImmediate)
  }
}

test('a folder is synced with all above it, once: later only the folder', async () => {
  const first = folders.sync('/up/a/b')
  expect(synced.toSorted()).toEqual(['/up', '/up/a', '/up/a/b'])
  await endAll()
  await first
  synced = []
  const second = folders.sync('/up/a/b')
  expect(synced).toEqual(['/up/a/b'])
  await endAll()
  await second
})

test('nobody is told before all of them are on disk', async () => {
  const done: string[] = []
  void folders.sync('/up/a').then(() => done.push('a'))
  ends.shift()?.()
  await new Promise(setImmediate)
  expect(done).toEqual([])
  await endAll()
  expect(done).toEqual(['a'])
})

test('who asks while a sync is under way shares the next one', async () => {
  const all = [folders.sync('/up'), folders.sync('/up'), folders.sync('/up')]
  expect(synced).toEqual(['/up'])
  await endAll()
  await Promise.all(all)
  expect(synced).toEqual(['/up', '/up'])
})

test('a folder that was made anew is synced with those above it', async () => {
  const first = folders.sync('/up/a/b')
  await endAll()
  await first
  synced = []
  folders.noteMade()
  const second = folders.sync('/up/a/b')
  expect(synced.toSorted()).toEqual(['/up', '/up/a', '/up/a/b'])
  await endAll()
  await second
})

test('a folder whose parent could not be synced is not taken for safe', async () => {
  let fails = true
  const failing = new FolderSyncs('/up', async (folder) => {
    synced.push(folder)
    if (fails && folder === '/up') throw new Error('no disk')
  })
  await expect(failing.sync('/up/a')).rejects.toThrow('no disk')
  fails = false
  synced = []
  await failing.sync('/up/a')
  expect(synced.toSorted()).toEqual(['/up', '/up/a'])
})
