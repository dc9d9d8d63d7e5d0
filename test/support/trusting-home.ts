import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** A home folder of somebody whose Chromium trusts an authority. */
export interface TrustingHome {
  readonly path: string
  remove(): Promise<void>
}

/** Does what a person does who follows the steps for Linux. @param authority PEM */
export async function makeTrustingHome(authority: string): Promise<TrustingHome> {
  const path = await mkdtemp(join(tmpdir(), 'box-home-'))
  const store = join(path, '.pki/nssdb')
  await mkdir(store, { recursive: true })
  const file = join(path, 'authority.crt')
  await writeFile(file, authority)
  const certutil = (...args: readonly string[]) => run('certutil', ['-d', `sql:${store}`, ...args])
  await certutil('-N', '--empty-password')
  await certutil('-A', '-t', 'C,,', '-n', 'box', '-i', file)
  return { path, remove: () => rm(path, { recursive: true }) }
}
