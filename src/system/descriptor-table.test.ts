import { readdir, readFile, readlink } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { growDescriptorTable } from './descriptor-table.ts'

const isLinux = process.platform === 'linux'

/** Entries that the table of this process has, used or not. */
async function tableSize(): Promise<number> {
  const status = await readFile('/proc/self/status', 'utf8')
  return Number(/^FDSize:\s+(\d+)/m.exec(status)?.[1])
}

/** How often /dev/null is open in this process. */
async function nothingOpen(): Promise<number> {
  const links = (await readdir('/proc/self/fd')).map((fd) =>
    readlink(`/proc/self/fd/${fd}`).catch(() => ''),
  )
  return (await Promise.all(links)).filter((target) => target === '/dev/null').length
}

it.runIf(isLinux)('makes room for a crowd, and leaves nothing open', async () => {
  const before = await nothingOpen()
  await growDescriptorTable()
  expect(await tableSize()).toBeGreaterThanOrEqual(8192)
  expect(await nothingOpen()).toBe(before)
})
