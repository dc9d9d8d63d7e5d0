import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { isAdaptable, isScript } from './adaptable.ts'
import { fileAt } from './app-files.ts'
import { AppNotes } from './app-notes.ts'
import type { ClientVersions } from './client-address.ts'
import { isMissing } from './existing.ts'
import { fileText } from './file-text.ts'
import { type InternetPackage, Needs } from './needs.ts'
import { Page } from './page.ts'
import { factsOf, iconsOfManifest, type PageFacts } from './page-facts.ts'
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
  /** hosts on the internet that it loads something from */
  readonly needs: readonly string[]
  /** what it takes from those of these hosts that have packages */
  readonly packages: readonly InternetPackage[]
  /** why it cannot do without the cloud, in sentences */
  readonly notes: readonly string[]
}

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
  for (const file of read) await surveyor.add(file)
  return { fingerprint, ...(await surveyor.result()) }
}

class Surveyor {
  readonly #root: string
  readonly #needs: Needs
  readonly #notes = new AppNotes()
  #facts: PageFacts | undefined

  constructor(root: string, versions: ClientVersions) {
    this.#root = root
    this.#needs = new Needs(versions)
  }

  note({ path, stats }: SurveyFile): void {
    this.#notes.addFile(path, stats.size)
  }

  async add({ path, stats }: SurveyFile): Promise<void> {
    const bytes = await readBytes(join(this.#root, path))
    if (bytes === undefined) return
    const text = fileText(bytes)?.text
    if (text === undefined) return this.#notes.addUnreadable(path)
    if (!/\.css$/i.test(path)) this.#notes.addScript(path, stats.size, text)
    if (/\.css$/i.test(path)) this.#needs.addStyle(text)
    else if (isScript(path)) this.#needs.addScript(text)
    else if (isAdaptable(path, stats.size)) this.#addPage(path, text)
  }

  async result(): Promise<Omit<AppSurvey, 'fingerprint'>> {
    const { title = '', description = '' } = this.#facts ?? {}
    const { hosts: needs, packages } = this.#needs
    const { notes } = this.#notes
    return { title, description, icon: await this.#icon(), needs, packages, notes }
  }

  #addPage(path: string, text: string): void {
    const page = new Page(text)
    if (path === FIRST_PAGE) this.#facts = factsOf(page)
    this.#needs.addPage(page)
  }

  async #icon(): Promise<string | undefined> {
    const { icons = [], manifest } = this.#facts ?? {}
    for (const address of icons) {
      const icon = await this.#ownFile(address, '')
      if (icon !== undefined) return icon
    }
    const path = manifest === undefined ? undefined : await this.#ownFile(manifest, '')
    if (path === undefined || path.startsWith('data:')) return undefined
    const bytes = await readBytes(join(this.#root, path))
    for (const address of iconsOfManifest(bytes?.toString() ?? '')) {
      const icon = await this.#ownFile(address, posix.dirname(path))
      if (icon !== undefined) return icon
    }
    return undefined
  }

  /** The file of the app that an address means; undefined if it has none such. */
  async #ownFile(address: string, folder: string): Promise<string | undefined> {
    if (address.startsWith('data:image/')) return address
    // An app that was built for the root of a site means the same file.
    const url = URL.parse(address, `http://app.invalid/${folder}/`)
    return url?.host === 'app.invalid' ? fileAt(this.#root, url.pathname) : undefined
  }
}

/** @returns undefined if it went away meanwhile */
async function readBytes(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path)
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}
