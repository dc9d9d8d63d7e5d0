import { packageAt } from './cdn-package.ts'
import { type ClientVersions, ownClientAt } from './client-address.ts'
import {
  attribute,
  isImportMap,
  isJavaScript,
  isLink,
  type Page,
  type PageElement,
} from './page.ts'

/** Links that a browser follows by itself. */
const FOLLOWED_LINKS = [
  'stylesheet',
  'icon',
  'apple-touch-icon',
  'manifest',
  'modulepreload',
  'preload',
]
/** What browsers load by itself from an element: its attributes. */
const LOADED: Readonly<Record<string, readonly string[]>> = {
  audio: ['src'],
  embed: ['src'],
  iframe: ['src'],
  image: ['href', 'xlink:href'],
  img: ['src', 'srcset'],
  input: ['src'],
  object: ['data'],
  script: ['src'],
  source: ['src', 'srcset'],
  track: ['src'],
  use: ['href', 'xlink:href'],
  video: ['src', 'poster'],
}
/** What loads something for sure, with the address as it stands in a script. */
const LOADED_BY_SCRIPT =
  /(?:\bfrom|\bimport|\bimport\s*\(|\bfetch\s*\(|\bimportScripts\s*\(|\.src\s*=|\bnew\s+(?:WebSocket|EventSource|Worker|SharedWorker)\s*\()\s*(["'`])((?:https?|wss?):\/\/[^"'`\s\\$]+)\1/g
const LOADED_BY_STYLE = /(?:\burl\(\s*|@import\s+)["']?((?:https?:)?\/\/[^"'()\s\\]+)/g
const STYLE_COMMENT = /\/\*.*?\*\//gs

/** A package that an app takes from a CDN. */
export interface InternetPackage {
  readonly name: string
  readonly host: string
}

/** Of packages that an app takes from CDNs, so many are named. */
const MOST_PACKAGES = 50

/** Gathers the hosts on the internet that an app cannot do without, as far as that can be told from its files. */
export class Needs {
  readonly #versions: ClientVersions
  readonly #hosts = new Set<string>()
  /** by name and host */
  readonly #packages = new Map<string, InternetPackage>()

  /** @param versions of the clients that need no internet, since the box has them */
  constructor(versions: ClientVersions) {
    this.#versions = versions
  }

  /** Hosts, by name, with a port unless it is the usual one. */
  get hosts(): readonly string[] {
    return [...this.#hosts].toSorted()
  }

  /** What the app takes from these hosts, where they have packages, by name. */
  get packages(): readonly InternetPackage[] {
    return [...this.#packages.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1))
  }

  addPage(page: Page): void {
    for (const element of page.elements) {
      for (const address of addressesIn(element)) this.#add(address)
      const text = textOf(element)
      if (isJavaScript(element)) this.addScript(text)
      else if (isImportMap(element)) this.#addImportMap(text)
      else if (element.tagName === 'style') this.addStyle(text)
      this.addStyle(attribute(element, 'style') ?? '')
    }
  }

  addScript(text: string): void {
    for (const { index, 2: address = '' } of text.matchAll(LOADED_BY_SCRIPT)) {
      if (!isInComment(text, index)) this.#add(address)
    }
  }

  addStyle(text: string): void {
    if (!text.includes('//')) return
    const rules = text.replace(STYLE_COMMENT, '')
    for (const [, address = ''] of rules.matchAll(LOADED_BY_STYLE)) this.#add(address)
  }

  /** Modules that it leads to elsewhere are there to be imported. */
  #addImportMap(text: string): void {
    for (const [, address = ''] of text.matchAll(/:\s*"((?:https?:)?\/\/[^"\s\\]+)"/g)) {
      this.#add(address)
    }
  }

  #add(address: string): void {
    if (!/^(?:(?:https?|wss?):)?\/\//i.test(address)) return
    if (ownClientAt(address, this.#versions) !== undefined) return
    const url = URL.parse(address, 'https://box.invalid')
    if (!url?.host) return
    this.#hosts.add(url.host)
    this.#addPackage(url)
  }

  #addPackage(url: URL): void {
    const name = packageAt(url)
    if (name === undefined || this.#packages.size >= MOST_PACKAGES) return
    this.#packages.set(`${name} ${url.host}`, { name, host: url.host })
  }
}

function addressesIn(element: PageElement): string[] {
  if (isLink(element, FOLLOWED_LINKS)) return [attribute(element, 'href')?.trim() ?? '']
  const names = LOADED[element.tagName] ?? []
  return names.flatMap((name) => {
    const value = attribute(element, name)?.trim() ?? ''
    return name === 'srcset'
      ? value.split(/,\s+/).map((choice) => choice.split(/\s/, 1)[0] ?? '')
      : value
  })
}

function textOf({ childNodes }: PageElement): string {
  const [first] = childNodes
  return first && 'value' in first ? first.value : ''
}

/** Whether what stands there is behind `//`, or in a line of a comment of several. */
function isInComment(text: string, index: number): boolean {
  const line = text.slice(text.lastIndexOf('\n', index) + 1, index).slice(-200)
  return /(?:^|[^:])\/\/|^\s*\/?\*/.test(line)
}
