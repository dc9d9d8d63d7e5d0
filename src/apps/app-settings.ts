/** The file at the top of an app that says what the app needs of the box. */
export const SETTINGS_NAME = 'app.json'
/** A larger one is no such file (bytes). */
export const MOST_SETTINGS_BYTES = 65_536

/** What an app needs of the box. */
export interface AppSettings {
  /** the `Cross-Origin-Embedder-Policy` of all its files; undefined: its pages are not isolated */
  readonly embedderPolicy: 'require-corp' | 'credentialless' | undefined
}

export const NO_SETTINGS: AppSettings = { embedderPolicy: undefined }

const KEY = 'crossOriginIsolated'
/** Other tools have files of that name, too: they are none of the box's business. */
const LIKE_KEY = /^cross[-_]?origin[-_]?isolated$/i
const IN_TEXT = /cross[-_]?origin[-_]?isolated/i

/**
 * Reads an app's `app.json`. What says nothing that is for the box is the app's own.
 * @throws {SyntaxError} with a sentence for the app's author, if what it says is wrong
 */
export function parseAppSettings(text: string): AppSettings {
  if (!IN_TEXT.test(text)) return NO_SETTINGS
  const settings = parsed(text)
  if (typeof settings !== 'object' || settings === null) return NO_SETTINGS
  const key = Object.keys(settings).find((name) => LIKE_KEY.test(name))
  if (key === undefined) return NO_SETTINGS
  if (key !== KEY) throw wrong(`"${key}" has to be written "${KEY}"`)
  const value = (settings as { readonly [KEY]?: unknown })[KEY]
  if (value === true) return { embedderPolicy: 'require-corp' }
  if (value === 'credentialless') return { embedderPolicy: 'credentialless' }
  if (value === false) return NO_SETTINGS
  throw wrong(`"${KEY}" has to be true, false or "credentialless"`)
}

/** The headers that isolate a page from pages and files of other origins, or nothing. */
export function isolationHeaders({
  embedderPolicy,
}: AppSettings): Readonly<Record<string, string>> {
  if (embedderPolicy === undefined) return {}
  return {
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-embedder-policy': embedderPolicy,
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (error) {
    throw wrong(`it is no JSON (${(error as Error).message})`)
  }
}

function wrong(reason: string): SyntaxError {
  return new SyntaxError(`${SETTINGS_NAME} is wrong: ${reason}`)
}
