import { type DefaultTreeAdapterTypes, defaultTreeAdapter, parse } from 'parse5'

type PageNode = DefaultTreeAdapterTypes.Node
export type PageElement = DefaultTreeAdapterTypes.Element

const JAVASCRIPT = /^(?:module|(?:text|application)\/(?:x-)?(?:java|ecma)script)?$/i

/** A piece of a page's text; offsets in UTF-16 units. */
export interface Piece {
  readonly start: number
  readonly end: number
}

/** A page as browsers read it, which knows where in its text everything stands. */
export class Page {
  readonly text: string
  /** in the order of the text */
  readonly elements: readonly PageElement[]
  /** where its head begins, behind its tag; undefined for a piece of a page, which runs nothing */
  readonly headStart: number | undefined

  constructor(text: string) {
    this.text = text
    const document = parse(text, { sourceCodeLocationInfo: true })
    this.elements = [...elementsOf(document)]
    this.headStart = headStartOf(document, this.elements)
  }

  /** The first of that name. */
  find(name: string): PageElement | undefined {
    return this.elements.find(({ tagName }) => tagName === name)
  }
}

/** @returns undefined if it has none of that name */
export function attribute({ attrs }: PageElement, name: string): string | undefined {
  return attrs.find((attr) => attr.name === name)?.value
}

/** Where an attribute stands, from its name to its end. */
export function attributePiece(
  { sourceCodeLocation }: PageElement,
  name: string,
): Piece | undefined {
  const location = sourceCodeLocation?.attrs?.[name]
  return location && { start: location.startOffset, end: location.endOffset }
}

/** Where the text in an element stands: of a script or style, which hold nothing else. */
export function textPiece({ childNodes }: PageElement): Piece | undefined {
  const location = childNodes[0]?.sourceCodeLocation
  return location ? { start: location.startOffset, end: location.endOffset } : undefined
}

/** Whether a link is of one of these kinds. */
export function isLink(element: PageElement, kinds: readonly string[]): boolean {
  if (element.tagName !== 'link') return false
  const relation = (attribute(element, 'rel') ?? '').toLowerCase()
  return relation.split(/\s+/).some((kind) => kinds.includes(kind))
}

/** Whether browsers run what is in a script. */
export function isJavaScript(element: PageElement): boolean {
  return element.tagName === 'script' && JAVASCRIPT.test(attribute(element, 'type') ?? '')
}

export function isImportMap(element: PageElement): boolean {
  return element.tagName === 'script' && attribute(element, 'type')?.toLowerCase() === 'importmap'
}

/** Whether an element sets what the page may load, as a header would. */
export function isPolicy(element: PageElement): boolean {
  if (element.tagName !== 'meta') return false
  const name = attribute(element, 'http-equiv') ?? ''
  return name.trim().toLowerCase() === 'content-security-policy'
}

/** Not recursive: pages may be nested as deep as they like. */
function* elementsOf(document: PageNode): Iterable<PageElement> {
  const waiting: PageNode[] = [document]
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    if (defaultTreeAdapter.isElementNode(node)) yield node
    if ('content' in node) waiting.push(node.content)
    if ('childNodes' in node) waiting.push(...node.childNodes.toReversed())
  }
}

function headStartOf(
  { childNodes }: DefaultTreeAdapterTypes.Document,
  elements: readonly PageElement[],
): number | undefined {
  for (const name of ['head', 'html']) {
    const element = elements.find(({ tagName }) => tagName === name)
    const tag = element?.sourceCodeLocation?.startTag
    if (tag) return tag.endOffset
  }
  const type = childNodes.find(defaultTreeAdapter.isDocumentTypeNode)
  if (type?.sourceCodeLocation) return type.sourceCodeLocation.endOffset
  if (!elements.some(({ tagName }) => tagName === 'script')) return undefined
  return elements.find(({ sourceCodeLocation }) => sourceCodeLocation)?.sourceCodeLocation
    ?.startOffset
}
