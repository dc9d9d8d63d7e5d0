import { open } from 'node:fs/promises'

/** How a file is compressed, in the words of `Content-Encoding`. */
export type Encoding = 'br' | 'gzip'

/** A file that a build has compressed, and that browsers run or read as what is inside. */
export interface PackedFile {
  readonly encoding: Encoding
  /** of what is inside */
  readonly type: string
  /** the app's own loader unpacks it if no `Content-Encoding` says that the browser does */
  readonly isUnpackedByApp: boolean
}

const JAVASCRIPT = 'text/javascript; charset=utf-8'
const BYTES = 'application/octet-stream'

/**
 * What builds of Unity, Godot and Emscripten compress. Everything else that is compressed is a download
 * (`archive.tar.gz`), or is unpacked by the app itself.
 */
const INNER_TYPES: ReadonlyMap<string, string> = new Map([
  ['.js', JAVASCRIPT],
  ['.mjs', JAVASCRIPT],
  ['.wasm', 'application/wasm'],
  ['.data', BYTES],
  ['.mem', BYTES],
  ['.pck', BYTES],
  ['.symbols.json', 'application/json; charset=utf-8'],
])
const PACKED_NAME = /\.(gz|br|unityweb)$/i

const GZIP_MARK = Buffer.from([0x1f, 0x8b])
/** Unity writes it into the head of what it compresses with Brotli, which has no mark of its own. */
const UNITY_BROTLI_MARK = 'UnityWeb Compressed Content (brotli)'
/** It begins within the first bytes of the file. */
const MARK_BYTES = 64

/**
 * Looks at a file's name and at its first bytes.
 * @param path absolute
 * @returns undefined if it is to be served as it is
 */
export async function packedFileAt(path: string): Promise<PackedFile | undefined> {
  const [, suffix = ''] = PACKED_NAME.exec(path)?.map((part) => part.toLowerCase()) ?? []
  if (suffix === '') return undefined
  const type = innerType(path.slice(0, -suffix.length - 1))
  const isUnpackedByApp = suffix === 'unityweb'
  if (type === undefined && !isUnpackedByApp) return undefined
  const encoding = encodingOf(suffix, await beginOf(path))
  return encoding && { encoding, type: type ?? BYTES, isUnpackedByApp }
}

/** Whether a browser unpacks that, by its `Accept-Encoding`; `*` stands for all that are not named. */
export function accepts(header: string | undefined, encoding: Encoding): boolean {
  const offers = (header ?? '').split(',').map((offer) => {
    const [name = '', ...parameters] = offer
      .trim()
      .toLowerCase()
      .split(/\s*;\s*/)
    return { name, isRefused: parameters.some((text) => /^q=0(?:\.0*)?$/.test(text)) }
  })
  const named = offers.find(({ name }) => name === encoding || name === `x-${encoding}`)
  const offer = named ?? offers.find(({ name }) => name === '*')
  return offer !== undefined && !offer.isRefused
}

function innerType(name: string): string | undefined {
  const lower = name.toLowerCase()
  return [...INNER_TYPES].find(([suffix]) => lower.endsWith(suffix))?.[1]
}

function encodingOf(suffix: string, begin: Buffer): Encoding | undefined {
  if (begin.subarray(0, GZIP_MARK.length).equals(GZIP_MARK)) {
    return suffix === 'br' ? undefined : 'gzip'
  }
  if (suffix === 'br') return 'br'
  return suffix === 'unityweb' && begin.includes(UNITY_BROTLI_MARK) ? 'br' : undefined
}

async function beginOf(path: string): Promise<Buffer> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(MARK_BYTES), 0, MARK_BYTES, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}
