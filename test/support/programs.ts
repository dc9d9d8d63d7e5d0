import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

const CHROMIUM_NAMES = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]
/** Where system programs are that a person's PATH may leave out. */
const SYSTEM_FOLDERS = ['/usr/local/bin', '/usr/bin', '/usr/sbin']

/** The browser of the end-to-end tests: its path, undefined if there is none. */
export function findChromium(): string | undefined {
  return findProgram(...CHROMIUM_NAMES)
}

/** The same engine without windows, to which a page costs half as much; Debian has it. */
export function findHeadlessShell(): string | undefined {
  return findProgram('chromium-headless-shell')
}

/** The path of the first of these programs that is installed; names are looked for on PATH. */
export function findProgram(...names: readonly string[]): string | undefined {
  const onPath = process.env.PATH?.split(delimiter).filter((folder) => folder !== '') ?? []
  const folders = [...onPath, ...SYSTEM_FOLDERS]
  return names
    .flatMap((name) =>
      name.startsWith('/') ? [name] : folders.map((folder) => join(folder, name)),
    )
    .find(isExecutable)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
