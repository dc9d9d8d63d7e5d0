import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { readIfThere, replaceFile, setAside } from '../system/durable-file.ts'
import type { Clock, Log } from './ports.ts'

const KEY_NAME = 'key'
const KEY_BYTES = 32

/** The box's own key, as it is kept; undefined if there is none, or what is there is no key. */
export async function readKey(dir: string): Promise<Uint8Array | undefined> {
  const bytes = await readIfThere(join(dir, KEY_NAME))
  return bytes?.length === KEY_BYTES ? bytes : undefined
}

/** The key, made if there is none. One that is damaged is set aside, and all that it signed is void. */
export async function openKey(dir: string, clock: Clock, log: Log): Promise<Uint8Array> {
  const path = join(dir, KEY_NAME)
  const bytes = await readIfThere(path)
  if (bytes?.length === KEY_BYTES) return bytes
  if (bytes) {
    const movedTo = await setAside(path, clock.wallTime())
    const fields = { scope: 'process', event: 'access-key-damaged', path, movedTo }
    log.error(
      fields,
      'the key of the box is damaged: a new one is made, and all links and logins end',
    )
  }
  const key = randomBytes(KEY_BYTES)
  await replaceFile(path, key)
  return key
}
