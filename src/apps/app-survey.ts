import { createHash } from 'node:crypto'
import { join, posix } from 'node:path'
import { isAdaptable, isScript } from './adaptable.ts'
import { fileAt } from './app-files.ts'
import { AppNotes } from './app-notes.ts'
import { judgePicture, pathsOfPicture, pictureInSettings } from './app-picture.ts'
import { NO_SETTINGS, parseAppSettings, SETTINGS_NAME } from './app-settings.ts'
import type { ClientVersions } from './client-address.ts'
import { readBytes, statOf } from './existing.ts'
import { fileText } from './file-text.ts'
import { type InternetPackage, Needs } from './needs.ts'
import { Page } from './page.ts'
import { factsOf, iconsOfManifest, type PageFacts, screenshotsOfManifest } from './page-facts.ts'
import { type SecureKind, SecureNeeds } from './secure-needs.ts'
import { findSurveyFiles, type SurveyFile } from './survey-files.ts'

const FIRST_PAGE = 'index.html'

/** What can be known of an app by looking at its files. */
export interface AppSurvey {
  /** changes when the files do */
  readonly fingerprint: string
  /** "": none */
  readonly title: string
  readonly description: string
  /** path within the app, or `data:`; undefined: none */
  readonly icon: string | undefined
  /** path within the app of a picture for its tile; undefined: none */
  readonly picture: string | undefined
  /** hosts on the internet that it loads something from */
  readonly needs: readonly string[]
  /** what it takes from those of these hosts that have packages */
  readonly packages: readonly InternetPackage[]
  /** what it may need a secure page for; undefined: that cannot be told */
  readonly secure: readonly SecureKind[] | undefined
  /** what its owner may want to mend, in sentences */
  readonly notes: readonly string[]
}

/** Manifests and the like are not longer (bytes). */
const MOST_SMALL_FILE_BYTES = 1_000_000
/** So many pictures that an app names are looked at. */
const MOST_PICTURES = 20

/**
 * Looks at all pages, scripts and styles of an app.
 * @param known of the last survey
 * @returns undefined if nothing has changed since then
 */
export async function surveyApp(
  root: string,
  versions: ClientVersions,
  known: string | undefined,
): Promise<AppSurvey | undefined> {
  const { read, tooLong, lines } = await findSurveyFiles(root)
  const fingerprint = createHash('sha256').update(lines.join('\n\n')).digest('base64url')
  if (fingerprint === known) return undefined
  const surveyor = new Surveyor(root, versions)
  for (const file of [...read, ...tooLong]) surveyor.note(file)
  if (tooLong.length > 0) surveyor.noteUnknown()
  for (const file of read) await surveyor.add(file)
  return { fingerprint, ...(await surveyor.result()) }
}

class Surveyor {
  readonly #root: string
  readonly #needs: Needs
  readonly #notes = new AppNotes()
  readonly #secure = new SecureNeeds()
  #facts: PageFacts | undefined

  constructor(root: string, versions: ClientVersions) {
    this.#root = root
    this.#needs = new Needs(versions)
  }

  note({ path, stats }: SurveyFile): void {
    this.#notes.addFile(path, stats.size)
  }

  /** Some of the app is not looked at. */
  noteUnknown(): void {
    this.#secure.addUnknown()
  }

  async add({ path, stats }: SurveyFile): Promise<void> {
    const bytes = await readBytes(join(this.#root, path))
    if (bytes === undefined) return
    const text = fileText(bytes)?.text
    if (text === undefined) return this.#addUnreadable(path)
    if (!/\.css$/i.test(path)) {
      this.#notes.addScript(path, stats.size, text)
      this.#secure.addText(text)
    }
    if (/\.css$/i.test(path)) this.#needs.addStyle(text)
    else if (isScript(path)) this.#needs.addScript(text)
    else if (isAdaptable(path, stats.size)) this.#addPage(path, text)
  }

  async result(): Promise<Omit<AppSurvey, 'fingerprint'>> {
    const { title = '', description = '' } = this.#facts ?? {}
    const { hosts: needs, packages } = this.#needs
    // What comes from there can ask for anything.
    if (needs.length > 0) this.#secure.addUnknown()
    const settings = await this.#textOf(SETTINGS_NAME)
    if (isIsolated(settings)) this.#secure.addThreads()
    const icon = await this.#icon()
    const picture = await this.#picture(settings)
    const { kinds: secure } = this.#secure
    return { title, description, icon, picture, needs, packages, secure, notes: this.#notes.notes }
  }

  #addUnreadable(path: string): void {
    this.#notes.addUnreadable(path)
    this.#secure.addUnknown()
  }

  #addPage(path: string, text: string): void {
    const page = new Page(text)
    if (path === FIRST_PAGE) this.#facts = factsOf(page)
    this.#needs.addPage(page)
  }

  async #icon(): Promise<string | undefined> {
    for (const address of this.#facts?.icons ?? []) {
      const icon = await this.#ownFile(address, '')
      if (icon !== undefined) return icon
    }
    const { folder, text } = await this.#manifest()
    for (const address of iconsOfManifest(text)) {
      const icon = await this.#ownFile(address, folder)
      if (icon !== undefined) return icon
    }
    return undefined
  }

  /** What `app.json` names, then what the page has for those who link to it, then screenshots of its manifest. */
  async #picture(settings: string): Promise<string | undefined> {
    const { folder, text } = await this.#manifest()
    const inSettings = pictureInSettings(settings)
    const candidates = [
      ...(inSettings === undefined ? [] : [[inSettings, ''] as const]),
      ...(this.#facts?.pictures ?? []).map((address) => [address, ''] as const),
      ...screenshotsOfManifest(text).map((address) => [address, folder] as const),
    ]
    for (const [address, from] of candidates.slice(0, MOST_PICTURES)) {
      const path = await this.#ownPicture(address, from)
      if (path === undefined) continue
      const { fault } = await judgePicture(this.#root, path)
      if (fault === undefined) return path
      this.#notes.addPicture(path, fault)
    }
    return undefined
  }

  async #ownPicture(address: string, folder: string): Promise<string | undefined> {
    for (const pathname of pathsOfPicture(address, folder)) {
      const path = await fileAt(this.#root, pathname)
      if (path !== undefined) return path
    }
    return undefined
  }

  /** "" if there is none */
  async #manifest(): Promise<{ readonly folder: string; readonly text: string }> {
    const address = this.#facts?.manifest
    const path = address === undefined ? undefined : await this.#ownFile(address, '')
    if (path === undefined || path.startsWith('data:')) return { folder: '', text: '' }
    return { folder: posix.dirname(path), text: await this.#textOf(path) }
  }

  /** "" if there is no such file */
  async #textOf(path: string): Promise<string> {
    const stats = await statOf(join(this.#root, path))
    if (!stats?.isFile() || stats.size > MOST_SMALL_FILE_BYTES) return ''
    return (await readBytes(join(this.#root, path)))?.toString() ?? ''
  }

  /** The file of the app that an address means; undefined if it has none such. */
  async #ownFile(address: string, folder: string): Promise<string | undefined> {
    if (address.startsWith('data:image/')) return address
    // An app that was built for the root of a site means the same file.
    const url = URL.parse(address, `http://app.invalid/${folder}/`)
    return url?.host === 'app.invalid' ? fileAt(this.#root, url.pathname) : undefined
  }
}

/** Whether an `app.json` isolates the app's pages; one that is wrong does not. */
function isIsolated(settings: string): boolean {
  try {
    return parseAppSettings(settings) !== NO_SETTINGS
  } catch (error) {
    if (error instanceof SyntaxError) return false
    throw error
  }
}
