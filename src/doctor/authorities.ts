import { X509Certificate } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Address } from './address.ts'
import { ask } from './ask.ts'

/** In the box's folder: its own authority. */
const AUTHORITY_DIR = 'ca'
/** Where devices get its certificate. */
const AUTHORITY_PATH = 'trust/ca.crt'
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

/** Certificates of the box's own authority, PEM; none if there is no such authority, or this user may not see it. */
export async function authoritiesIn(filesDir: string): Promise<readonly string[]> {
  const dir = join(filesDir, AUTHORITY_DIR)
  const names = await readdir(dir).catch(() => [])
  const texts = names
    .filter((name) => name.endsWith('.pem'))
    .map((name) => readFile(join(dir, name), 'utf8').catch(() => ''))
  return (await Promise.all(texts)).flatMap((text) => text.match(CERTIFICATE) ?? [])
}

/** Likewise, of a box on another machine, as it tells every device. */
export async function authoritiesAt(address: Address): Promise<readonly string[]> {
  try {
    const { status, body } = await ask(address, AUTHORITY_PATH)
    return status === 200 ? [new X509Certificate(body).toString()] : []
  } catch {
    // A box without an authority has no such page, or another one.
    return []
  }
}
