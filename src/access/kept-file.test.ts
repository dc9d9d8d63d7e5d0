import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { KeptFile } from './kept-file.ts'

let top: string
/** It is missing at first, so that nothing can be written. */
let dir: string
let events: unknown[]
let file: KeptFile

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  top = await mkdtemp(join(tmpdir(), 'kept-'))
  dir = join(top, 'missing')
  events = []
  const write = (fields: object) => void events.push((fields as { event: string }).event)
  file = new KeptFile(join(dir, 'file'), { notice: write, warn: write, error: write })
})
afterEach(async () => {
  await file.close()
  vi.useRealTimers()
  await rm(top, { recursive: true })
})

const contents = () => readFile(join(dir, 'file'), 'utf8')

test('what counts already is written as soon as that can be, and the log tells each once', async () => {
  await file.writeWhenPossible('one')
  await file.writeWhenPossible('two')
  expect(vi.getTimerCount()).toBe(1)
  await mkdir(dir)
  await vi.advanceTimersByTimeAsync(5000)
  await vi.waitFor(() => expect(events).toEqual(['not-kept', 'kept-again']))
  expect(await contents()).toBe('two')
  expect(vi.getTimerCount()).toBe(0)
})

test('what must not count before it is written is refused, and not written later', async () => {
  await expect(file.write('one')).rejects.toThrow('ENOENT')
  expect([vi.getTimerCount(), events]).toEqual([0, []])
  await mkdir(dir)
  await file.write('two')
  expect(await contents()).toBe('two')
})

test('what is waiting is written when it is closed, if it can be, and no timer is left', async () => {
  await file.writeWhenPossible('one')
  await file.close()
  expect(vi.getTimerCount()).toBe(0)
  await file.writeWhenPossible('two')
  await mkdir(dir)
  await file.close()
  expect(await contents()).toBe('two')
})
