import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LRUCache } from 'lru-cache'
import type { AppFolder } from './app-folders.ts'
import {
  type AppSettings,
  MOST_SETTINGS_BYTES,
  NO_SETTINGS,
  parseAppSettings,
  SETTINGS_NAME,
} from './app-settings.ts'
import { isMissing, statOf } from './existing.ts'

/** So many are kept: more apps than that have theirs read at each request. */
const MOST_KEPT = 500

/** Knows the `app.json` of each app. */
export class SettingsOfApps {
  readonly #kept = new LRUCache<string, AppSettings>({ max: MOST_KEPT })
  readonly #onFault: (error: Error, app: string) => void

  /** @param onFault told once of each one that is wrong: what it says is left out of account */
  constructor(onFault: (error: Error, app: string) => void) {
    this.#onFault = onFault
  }

  async of({ name, root }: AppFolder): Promise<AppSettings> {
    const path = join(root, SETTINGS_NAME)
    const stats = await statOf(path)
    if (!stats?.isFile() || stats.size > MOST_SETTINGS_BYTES) return NO_SETTINGS
    const key = [path, stats.mtimeMs, stats.size].join('\0')
    const known = this.#kept.get(key)
    if (known) return known
    const settings = await this.#read(path, name)
    this.#kept.set(key, settings)
    return settings
  }

  async #read(path: string, app: string): Promise<AppSettings> {
    try {
      return parseAppSettings(await readFile(path, 'utf8'))
    } catch (error) {
      if (error instanceof SyntaxError) this.#onFault(error, app)
      else if (!isMissing(error)) throw error
      return NO_SETTINGS
    }
  }
}
