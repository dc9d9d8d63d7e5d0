import { attribute, isLink, type Page, type PageElement } from './page.ts'

const MOST_TITLE = 80
const MOST_DESCRIPTION = 240
/** How pages name a picture of theirs for those who link to them. */
const PICTURE_NAMES = [
  'og:image',
  'og:image:secure_url',
  'og:image:url',
  'twitter:image',
  'twitter:image:src',
]
/** An icon that is in the page itself is taken up to this length (characters). */
const MOST_INLINE_ICON = 8192

/** What an app says of itself on its page. */
export interface PageFacts {
  /** "": none */
  readonly title: string
  readonly description: string
  /** addresses of icons as the page has them, the best first */
  readonly icons: readonly string[]
  /** addresses of the pictures by which it is shown elsewhere, likewise */
  readonly pictures: readonly string[]
  /** address of its manifest */
  readonly manifest: string | undefined
}

export function factsOf(page: Page): PageFacts {
  const name = metaOf(page, 'application-name')
  const title = page.find('title')
  const manifest = page.elements.find((element) => isLink(element, ['manifest']))
  return {
    title: shortened(name || textIn(title), MOST_TITLE),
    description: shortened(metaOf(page, 'description'), MOST_DESCRIPTION),
    icons: iconsOf(page),
    pictures: PICTURE_NAMES.map((wanted) => metaOf(page, wanted).trim()).filter(Boolean),
    manifest: manifest && attribute(manifest, 'href'),
  }
}

/** Icons in a web app's manifest, the largest first; none if it is no manifest. */
export function iconsOfManifest(text: string): string[] {
  const found = imagesOfManifest(text, 'icons')
  return found.toSorted((a, b) => sizeOf(b.sizes) - sizeOf(a.sizes)).map(({ src }) => src)
}

/** Screenshots in a web app's manifest, those of wide screens first; none if it is no manifest. */
export function screenshotsOfManifest(text: string): string[] {
  const found = imagesOfManifest(text, 'screenshots')
  const rank = ({ form_factor }: ManifestImage) => (form_factor === 'wide' ? 0 : 1)
  return found.toSorted((a, b) => rank(a) - rank(b)).map(({ src }) => src)
}

interface ManifestImage {
  readonly src: string
  readonly sizes?: unknown
  readonly form_factor?: unknown
}

function imagesOfManifest(text: string, key: 'icons' | 'screenshots'): readonly ManifestImage[] {
  try {
    const { [key]: images } = JSON.parse(text) as { readonly [name: string]: unknown }
    if (!Array.isArray(images)) return []
    return images.filter((image) => typeof image?.src === 'string') as ManifestImage[]
  } catch {
    return []
  }
}

function iconsOf({ elements }: Page): string[] {
  const rated = elements.flatMap((element) => {
    const href = attribute(element, 'href')?.trim() ?? ''
    const isLong = href.startsWith('data:') && href.length > MOST_INLINE_ICON
    if (href === '' || isLong) return []
    return { href, rating: ratingOf(element) }
  })
  return rated
    .filter(({ rating }) => rating > 0)
    .toSorted((a, b) => b.rating - a.rating)
    .map(({ href }) => href)
}

/** How good an icon is on a tile, roughly its pixels across; 0: it is none. */
function ratingOf(element: PageElement): number {
  const size = sizeOf(attribute(element, 'sizes'))
  if (isLink(element, ['apple-touch-icon', 'apple-touch-icon-precomposed'])) return size || 180
  if (!isLink(element, ['icon'])) return 0
  const isDrawing = /svg/.test(`${attribute(element, 'type')} ${attribute(element, 'href')}`)
  return isDrawing ? 1000 : size || 32
}

function sizeOf(sizes: unknown): number {
  return typeof sizes === 'string' ? Number.parseInt(sizes, 10) || 0 : 0
}

/** Open Graph says `property` where the others say `name`. */
function metaOf({ elements }: Page, name: string): string {
  const isNamed = (element: PageElement) =>
    ['name', 'property'].some((key) => attribute(element, key)?.toLowerCase() === name)
  const found = elements.find((element) => element.tagName === 'meta' && isNamed(element))
  return found ? (attribute(found, 'content') ?? '') : ''
}

function textIn(element: PageElement | undefined): string {
  const [first] = element?.childNodes ?? []
  return first && 'value' in first ? first.value : ''
}

function shortened(text: string, most: number): string {
  const line = text.replace(/\s+/g, ' ').trim()
  const letters = [...line]
  return letters.length > most
    ? `${letters
        .slice(0, most - 1)
        .join('')
        .trimEnd()}…`
    : line
}
