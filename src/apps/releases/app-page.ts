import { open } from 'node:fs/promises'
import { join } from 'node:path'
import type { DefaultTreeAdapterTypes } from 'parse5'

/** Of an app's page: what it says of itself is near its beginning. */
const MOST_BYTES = 65_536
const LONGEST_TITLE = 200
/** What browsers and tools look for if a page names none. */
const USUAL_ICONS = ['favicon.svg', 'favicon.png', 'favicon.ico', 'icon.svg', 'icon.png']

type Node = DefaultTreeAdapterTypes.Node
export type PageElement = DefaultTreeAdapterTypes.Element

/** What an app's page says of the app. */
export interface PageFacts {
  /** "" if it has none */
  readonly title: string
  /** path of a file of the release; "" if there is none */
  readonly icon: string
}

/**
 * @param dir of a release, with an index.html
 * @param files paths of all its files
 */
export async function readPageFacts(dir: string, files: readonly string[]): Promise<PageFacts> {
  const known = new Set(files)
  const elements = await pageElements(dir)
  const title = elements.find(({ tagName }) => tagName === 'title')
  return {
    title: title ? plainText(title).slice(0, LONGEST_TITLE) : '',
    icon: [...namedIcons(elements), ...USUAL_ICONS].find((path) => known.has(path)) ?? '',
  }
}

/** What is near the beginning of a release's page, in the order of the page. */
export async function pageElements(dir: string): Promise<readonly PageElement[]> {
  // Most boxes start without anything being deployed.
  const { parse } = await import('parse5')
  return elementsOf(parse(await readBegin(join(dir, 'index.html'))))
}

async function readBegin(path: string): Promise<string> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(MOST_BYTES), 0, MOST_BYTES, 0)
    return buffer.toString('utf8', 0, bytesRead)
  } finally {
    await file.close()
  }
}

/** The page decides how deep they are nested: this calls nothing again. */
function elementsOf(document: DefaultTreeAdapterTypes.Document): readonly PageElement[] {
  const elements: PageElement[] = []
  const open: Node[] = [document]
  for (let node = open.pop(); node; node = open.pop()) {
    if ('tagName' in node) elements.push(node)
    if ('childNodes' in node) open.push(...node.childNodes.toReversed())
  }
  return elements
}

function plainText({ childNodes }: PageElement): string {
  const texts = childNodes.map((node) => ('value' in node ? node.value : ''))
  return texts.join('').replaceAll(/\s+/g, ' ').trim()
}

function namedIcons(elements: readonly PageElement[]): readonly string[] {
  return elements.flatMap(({ tagName, attrs }) => {
    const attribute = (name: string) => attrs.find((attr) => attr.name === name)?.value ?? ''
    const isIcon =
      tagName === 'link' && /(^|\s)(icon|apple-touch-icon)(\s|$)/i.test(attribute('rel'))
    const path = isIcon ? pathOf(attribute('href')) : undefined
    return path === undefined ? [] : [path]
  })
}

/** Of a file beside the page; undefined for what is elsewhere. */
function pathOf(href: string): string | undefined {
  const base = 'http://app.invalid/'
  const url = URL.parse(href, base)
  if (!url?.href.startsWith(base)) return undefined
  try {
    return decodeURIComponent(url.pathname.slice(1))
  } catch {
    return undefined
  }
}
