/** What browsers keep for secure pages (https, `localhost`), and apps are little without. */
export const SECURE_KINDS = [
  'camera',
  'screen',
  'xr',
  'location',
  'motion',
  'devices',
  'threads',
] as const
export type SecureKind = (typeof SECURE_KINDS)[number]

/** How a script asks for it. The clipboard and workers are not among these: apps do without. */
const ASKED_BY: ReadonlyArray<readonly [kind: SecureKind, asked: RegExp]> = [
  ['camera', /\bgetUserMedia\b/],
  ['screen', /\bgetDisplayMedia\b/],
  ['xr', /\bxr\s*\??\.\s*requestSession\b/],
  ['location', /\bgeolocation\s*\??\.\s*(?:getCurrentPosition|watchPosition)\b/],
  ['motion', /\bDevice(?:Motion|Orientation)Event\b|(["'`])device(?:motion|orientation)\w*\1/],
  [
    'devices',
    /\b(?:bluetooth|usb|hid)\s*\??\.\s*requestDevice\b|\bserial\s*\??\.\s*requestPort\b|\brequestMIDIAccess\b/,
  ],
]

/** Gathers what an app may need a secure page for, as far as that can be told from its files. */
export class SecureNeeds {
  readonly #kinds = new Set<SecureKind>()
  #isWhole = true

  /** Of a page or a script. */
  addText(text: string): void {
    for (const [kind, asked] of ASKED_BY) if (asked.test(text)) this.#kinds.add(kind)
  }

  /** Its pages are isolated (`crossOriginIsolated`), which only secure ones can be. */
  addThreads(): void {
    this.#kinds.add('threads')
  }

  /** Some of the app could not be looked at. */
  addUnknown(): void {
    this.#isWhole = false
  }

  /** undefined: that cannot be told */
  get kinds(): readonly SecureKind[] | undefined {
    if (this.#kinds.size === 0 && !this.#isWhole) return undefined
    return SECURE_KINDS.filter((kind) => this.#kinds.has(kind))
  }
}
