import { adaptScript } from './adapt-script.ts'
import { type ClientVersions, ownClientAt } from './client-address.ts'
import { USE_THIS_BOX, WATCH_PAGE } from './own-paths.ts'
import {
  attribute,
  attributePiece,
  isImportMap,
  isJavaScript,
  isLink,
  isPolicy,
  Page,
  type PageElement,
  textPiece,
} from './page.ts'
import { policyWithBox } from './page-policy.ts'
import { relativeAddress } from './relative-address.ts'
import { applyEdits, type TextEdit } from './text-edits.ts'

export interface PagePlace {
  /** the page: a path from the box's root, as browsers ask for it */
  readonly page: string
  /** the app's first page: likewise */
  readonly start: string
  /** whether the app has a file there, when it is all there is at its host */
  readonly hasFile: (pathname: string) => Promise<boolean>
  readonly versions: ClientVersions
}

/**
 * The page with the script that has clients use this box, with the box's own client in place of those from a CDN,
 * and with its scripts where they are, though it was built for the root of a site: what a module imports is
 * relative to its address.
 */
export async function adaptPage(html: string, place: PagePlace): Promise<string> {
  const page = new Page(html)
  const edits: TextEdit[] = []
  if (page.headStart !== undefined) {
    const text = teller(place) + watcher(place)
    edits.push({ start: page.headStart, end: page.headStart, text })
  }
  for (const element of page.elements) edits.push(...policyEdits(element))
  const base = baseOf(page, place)
  if (base !== undefined) {
    for (const element of page.elements) {
      edits.push(...(await editsOf(element, page, { ...place, page: base })))
    }
  }
  return applyEdits(html, edits)
}

function teller({ page }: PagePlace): string {
  return `<script src="${relativeAddress(page, USE_THIS_BOX)}"></script>`
}

function watcher({ page, start }: PagePlace): string {
  const [, , name = ''] = start.split('/')
  return `<script src="${relativeAddress(page, WATCH_PAGE)}" data-app="${name}"></script>`
}

/** What addresses in the page are relative to; undefined if that is not on this box. */
function baseOf(page: Page, { page: path }: PagePlace): string | undefined {
  const base = page.elements.find(
    (element) => element.tagName === 'base' && attribute(element, 'href') !== undefined,
  )
  const here = new URL(path, 'http://box.invalid')
  const url = base ? URL.parse(attribute(base, 'href') ?? '', here.href) : here
  return url?.host === here.host ? url.pathname : undefined
}

function policyEdits(element: PageElement): TextEdit[] {
  const piece = isPolicy(element) ? attributePiece(element, 'content') : undefined
  const policy = attribute(element, 'content') ?? ''
  const opened = policyWithBox(policy)
  if (!piece || opened === policy) return []
  const value = opened.replaceAll('&', '&amp;').replaceAll('"', '&quot;')
  return [{ ...piece, text: `content="${value}"` }]
}

async function editsOf(element: PageElement, page: Page, place: PagePlace): Promise<TextEdit[]> {
  if (isImportMap(element)) return textEdit(element, page, (text) => adaptImportMap(text, place))
  if (isLink(element, ['modulepreload', 'preload', 'prefetch'])) {
    return addressEdits(element, 'href', page, place)
  }
  if (!isJavaScript(element)) return []
  if (attribute(element, 'src') !== undefined) return addressEdits(element, 'src', page, place)
  const { page: script, versions } = place
  return textEdit(element, page, (text) => adaptScript(text, { script, page: script, versions }))
}

async function addressEdits(
  element: PageElement,
  name: string,
  html: Page,
  place: PagePlace,
): Promise<TextEdit[]> {
  const address = attribute(element, name)?.trim() ?? ''
  const piece = attributePiece(element, name)
  if (!piece) return []
  const leadTo = (path: string) => {
    const text = relativeAddress(place.page, path).replaceAll('&', '&amp;')
    return { ...piece, text: `${name}="${text}"` }
  }
  const client = ownClientAt(address, place.versions)
  if (client !== undefined) return [leadTo(client), ...withoutChecksum(element, html)]
  const own = await ownFileAt(address, place)
  return own === undefined ? [] : [leadTo(own)]
}

/**
 * Scripts of Next know each other by their addresses as the page has them, and wait for ever if these differ. They are
 * classic scripts, and are redirected when they are asked for.
 */
const NEXT_SCRIPTS = '/_next/'

/** Where a file of the app is that was built for the root of a site; undefined if the address is right, or another's. */
async function ownFileAt(
  address: string,
  { page, start, hasFile }: PagePlace,
): Promise<string | undefined> {
  const here = new URL(page, 'http://box.invalid')
  const url = URL.parse(address, here.href)
  if (url?.host !== here.host || url.pathname.startsWith(start)) return undefined
  if (url.pathname.startsWith(NEXT_SCRIPTS)) return undefined
  if (!(await hasFile(url.pathname))) return undefined
  return `${start}${url.pathname.slice(1)}${url.search}${url.hash}`
}

/** The checksum is that of another file. */
function withoutChecksum(element: PageElement, { text: html }: Page): TextEdit[] {
  const integrity = attributePiece(element, 'integrity')
  if (!integrity) return []
  const isAlone = /\s/.test(html.charAt(integrity.start - 1))
  return [{ start: integrity.start - (isAlone ? 1 : 0), end: integrity.end, text: '' }]
}

async function textEdit(
  element: PageElement,
  { text: html }: Page,
  adapt: (text: string) => string | Promise<string>,
): Promise<TextEdit[]> {
  const piece = textPiece(element)
  if (!piece) return []
  const before = html.slice(piece.start, piece.end)
  const text = await adapt(before)
  return text === before ? [] : [{ ...piece, text }]
}

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

/** An import map with the box's own client; as it is if it names none, or is no JSON. */
function adaptImportMap(text: string, { page, versions }: PagePlace): string {
  let hasChanged = false
  const own = (address: string) => {
    const found = ownClientAt(address, versions)
    hasChanged ||= found !== undefined
    return found === undefined ? address : relativeAddress(page, found)
  }
  const adapted = (value: Json): Json => {
    if (typeof value === 'string') return own(value)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, adapted(inner)]))
  }
  try {
    const { integrity, ...map } = JSON.parse(text) as { readonly [key: string]: Json }
    const result = adapted(map) as object
    if (!hasChanged) return text
    return JSON.stringify({ ...result, ...withoutClients(integrity, versions) })
  } catch (error) {
    if (error instanceof SyntaxError) return text
    throw error
  }
}

/** The checksums that an import map has of other modules. */
function withoutClients(integrity: Json | undefined, versions: ClientVersions): object {
  if (typeof integrity !== 'object' || integrity === null) return {}
  const others = Object.entries(integrity).filter(
    ([address]) => ownClientAt(address, versions) === undefined,
  )
  return { integrity: Object.fromEntries(others) }
}
