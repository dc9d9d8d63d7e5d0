import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { lockFolder } from './folder-lock.ts'

const LOCKED = 'is locked: another box, or a restore, is at work there. Stop that first'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lock-'))
  path = join(folder, 'box.lock')
})
afterEach(() => rmSync(folder, { recursive: true }))

it('lets one in at a time', () => {
  const unlock = lockFolder(path)
  expect(() => lockFolder(path)).toThrow(`the folder ${folder} ${LOCKED}`)
  unlock()
  lockFolder(path)()
})

it('may be unlocked twice', () => {
  const unlock = lockFolder(path)
  unlock()
  unlock()
  lockFolder(path)()
})

it('outlasts the attempts of others', () => {
  const unlock = lockFolder(path)
  for (let attempt = 0; attempt < 3; attempt++) expect(() => lockFolder(path)).toThrow(LOCKED)
  unlock()
})

it('says so if it cannot lock at all', () => {
  writeFileSync(path, 'no lock '.repeat(100))
  expect(() => lockFolder(path)).toThrow(
    `${path} cannot be locked against other boxes (file is not`,
  )
})

describe('another process', () => {
  /** Locks, says how it went, and stays until it is ended. */
  const LOCKER = `
    import { lockFolder } from ${JSON.stringify(new URL('./folder-lock.ts', import.meta.url).href)}
    try {
      lockFolder(process.env.LOCK)
      // Garbage collection has to leave the lock alone.
      setTimeout(() => {
        gc()
        setTimeout(() => console.log('locked'), 10)
      })
      setInterval(() => {}, 1_000_000)
    } catch (error) {
      console.log(error.message)
    }`

  let other: ChildProcess | undefined
  afterEach(async () => {
    if (other) await end(other)
  })

  async function end(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return
    const exit = once(child, 'exit')
    child.kill('SIGKILL')
    await exit
  }

  /** What a process that tries to lock has to say. */
  async function lockElsewhere(): Promise<string> {
    other = spawn(process.execPath, ['--expose-gc', '--input-type=module', '--eval', LOCKER], {
      env: { ...process.env, LOCK: path },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [said] = await once(other.stdout ?? other, 'data')
    return String(said)
  }

  it('is kept out', async () => {
    const unlock = lockFolder(path)
    expect(await lockElsewhere()).toContain(LOCKED)
    unlock()
  })

  it('keeps this one out until it is gone, also by kill -9', async () => {
    expect(await lockElsewhere()).toBe('locked\n')
    expect(() => lockFolder(path)).toThrow(LOCKED)
    if (other) await end(other)
    lockFolder(path)()
  })
})
