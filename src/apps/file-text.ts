/** Bytes as text that becomes the same bytes again, but for what was changed in it. */
export interface FileText {
  readonly text: string
  /** `latin1` has a character for each byte: it does for whatever has markup in ASCII */
  readonly encoding: 'utf8' | 'latin1'
}

/** Undefined for UTF-16. */
export function fileText(bytes: Buffer): FileText | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    return { text, encoding: 'utf8' }
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    return isUtf16(bytes) ? undefined : { text: bytes.toString('latin1'), encoding: 'latin1' }
  }
}

/** By its byte order mark. */
function isUtf16(bytes: Buffer): boolean {
  return ['fffe', 'feff'].includes(bytes.toString('hex', 0, 2))
}
