import { readFileSync } from 'node:fs'

const PACKAGE = new URL('../../package.json', import.meta.url)

/** The version of this program, e.g. `0.1.0`. */
export function programVersion(): string {
  return JSON.parse(readFileSync(PACKAGE, 'utf8')).version
}
