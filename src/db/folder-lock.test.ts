import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { lockFolder } from './folder-lock.ts'

let path: string

beforeEach(() => {
  path = join(mkdtempSync(join(tmpdir(), 'lock-')), 'box.lock')
})

afterEach(() => rmSync(join(path, '..'), { recursive: true }))

it('lets one in at a time', () => {
  const unlock = lockFolder(path)
  expect(() => lockFolder(path)).toThrow('another box, or a restore, is at work there')
  unlock()
  lockFolder(path)()
})
