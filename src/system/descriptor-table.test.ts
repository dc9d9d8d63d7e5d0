import { readdir, readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { growDescriptorTable } from './descriptor-table.ts'

const isLinux = process.platform === 'linux'

/** Entries that the table of this process has, used or not. */
async function tableSize(): Promise<number> {
  const status = await readFile('/proc/self/status', 'utf8')
  return Number(/^FDSize:\s+(\d+)/m.exec(status)?.[1])
}

it.runIf(isLinux)('makes room for a crowd, and leaves nothing open', async () => {
  const before = await readdir('/proc/self/fd')
  await growDescriptorTable(new AbortController().signal)
  expect(await tableSize()).toBeGreaterThanOrEqual(8192)
  const after = await readdir('/proc/self/fd')
  expect(after.length).toBeLessThan(before.length + 64)
})

it.runIf(isLinux)('stops when it is told to', async () => {
  const controller = new AbortController()
  const growing = growDescriptorTable(controller.signal)
  controller.abort()
  await growing
})
