import { readFileSync } from 'node:fs'

const LINUX_BOOT_ID = '/proc/sys/kernel/random/boot_id'

/** A name for the present run of this machine's system, another one after each start; "" if it has none. */
export function bootId(): string {
  try {
    return readFileSync(LINUX_BOOT_ID, 'utf8').trim()
  } catch {
    return ''
  }
}
