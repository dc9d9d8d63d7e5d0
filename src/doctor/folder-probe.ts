import { randomBytes } from 'node:crypto'
import { open, rm, statfs } from 'node:fs/promises'
import { platform } from 'node:os'
import { join } from 'node:path'
import { useOf, volumeOf } from '../system/volume.ts'
import type { FolderLook, Write } from './folder.ts'
import { inTime, LOOK_LIMIT_MS } from './limits.ts'
import { codeOf, reasonOf } from './reason.ts'

const TRIAL = Buffer.alloc(4096, 'a file of the doctor\n')

/** Looks at the folder and its volume, and writes a small file, which goes again. @param dir absolute */
export async function probeFolder(dir: string): Promise<FolderLook> {
  try {
    return await inTime(lookAt(dir), LOOK_LIMIT_MS)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return { tag: 'missing' }
    return { tag: 'unknown', reason: reasonOf(error) }
  }
}

async function lookAt(dir: string): Promise<FolderLook> {
  // A drive that does not answer must not hold up the rest: what `volumeOf` asks is asked before.
  const stats = await statfs(dir, { bigint: true })
  const source = { platform: platform(), statfs: () => stats }
  return {
    tag: 'there',
    volume: volumeOf(dir, source),
    ...(await useOf(dir)),
    freeInodes: stats.files === 0n ? undefined : Number(stats.ffree),
    write: await tryToWrite(join(dir, `doctor-${randomBytes(8).toString('hex')}.tmp`)),
  }
}

async function tryToWrite(path: string): Promise<Write> {
  const begin = performance.now()
  try {
    const file = await open(path, 'wx')
    try {
      await file.writeFile(TRIAL)
      await file.sync()
    } finally {
      await file.close()
    }
    return { tag: 'done', ms: performance.now() - begin }
  } catch (error) {
    return { tag: 'failed', code: codeOf(error), reason: reasonOf(error) }
  } finally {
    await rm(path, { force: true }).catch(() => {})
  }
}
