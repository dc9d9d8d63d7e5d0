import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join, posix } from 'node:path'
import type { ClientKind } from './adapt-page.ts'
import { isAdaptable, isScript } from './adaptable.ts'
import { fileAt } from './app-files.ts'
import { CLIENT_NAME, type ClientVersions } from './client-address.ts'
import { isMissing } from './existing.ts'
import { Needs } from './needs.ts'
import { Page } from './page.ts'
import { factsOf, iconsOfManifest, type PageFacts } from './page-facts.ts'
import { findSurveyFiles, type SurveyFile } from './survey-files.ts'

/** The client names its join so in its complaints, and most apps in their own code. */
const JOINS = /\bSession\.join\(/
/** What a client of its own says, in an app's bundle, that knows reflectors, and one that knows boxes. */
const COMPLAINT = 'no apiKey provided in Session.join()'
const BOX_COMPLAINT = 'box must be a (partial) URL in Session.join()'
/** An app that says itself where its box or reflector is. */
const NAMES_BOX = /["']?\b(?:box|reflector)["']?\s*:\s*(["'`])[^"'`\s/]*\/[^"'`\s]*\1/

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
  /** the client in it that has to be told which box to use; undefined: none */
  readonly told: ClientKind | undefined
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
  const { read, lines } = await findSurveyFiles(root)
  const fingerprint = createHash('sha256').update(lines.join('\n\n')).digest('base64url')
  if (fingerprint === known) return undefined
  const surveyor = new Surveyor(root, versions)
  for (const file of read) await surveyor.add(file)
  return { fingerprint, ...(await surveyor.result()) }
}

class Surveyor {
  readonly #root: string
  readonly #needs: Needs
  #facts: PageFacts | undefined
  #joins = false
  #knowsReflectors = false
  #knowsBoxes = false
  #namesBox = false

  constructor(root: string, versions: ClientVersions) {
    this.#root = root
    this.#needs = new Needs(versions)
  }

  async add({ path, stats }: SurveyFile): Promise<void> {
    const text = await readText(join(this.#root, path))
    if (text === undefined) return
    if (/\.css$/i.test(path)) this.#needs.addStyle(text)
    else if (isScript(path)) this.#addScript(text)
    else if (isAdaptable(path, stats.size)) this.#addPage(path, text)
  }

  async result(): Promise<Omit<AppSurvey, 'fingerprint'>> {
    const { title = '', description = '' } = this.#facts ?? {}
    const needs = this.#needs.hosts
    return { title, description, icon: await this.#icon(), needs, told: this.#told() }
  }

  #addPage(path: string, text: string): void {
    const page = new Page(text)
    if (path === 'index.html') this.#facts = factsOf(page)
    this.#needs.addPage(page)
    this.#noteClient(text)
  }

  #addScript(text: string): void {
    this.#needs.addScript(text)
    this.#noteClient(text)
  }

  #noteClient(text: string): void {
    this.#joins ||= JOINS.test(text) || CLIENT_NAME.test(text)
    this.#knowsReflectors ||= text.includes(COMPLAINT)
    this.#knowsBoxes ||= text.includes(BOX_COMPLAINT)
    this.#namesBox ||= NAMES_BOX.test(text)
  }

  #told(): ClientKind | undefined {
    if (!this.#joins || this.#namesBox) return undefined
    return this.#knowsReflectors && !this.#knowsBoxes ? 'old' : 'current'
  }

  async #icon(): Promise<string | undefined> {
    const { icons = [], manifest } = this.#facts ?? {}
    for (const address of icons) {
      const icon = await this.#ownFile(address, '')
      if (icon !== undefined) return icon
    }
    const path = manifest === undefined ? undefined : await this.#ownFile(manifest, '')
    if (path === undefined || path.startsWith('data:')) return undefined
    for (const address of iconsOfManifest((await readText(join(this.#root, path))) ?? '')) {
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
async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}
