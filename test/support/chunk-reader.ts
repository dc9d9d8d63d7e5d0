/** The most UTF-16 units that a chunk may hold behind its header. */
export const MAX_CHUNK_UNITS = 1_000_000

const HEADER = /^_CHUNK([01])([01])/

/** Puts chunks together again; refuses those that no client could read. */
export class ChunkReader {
  #parts: string[] = []

  /** A whole frame, or undefined while its last chunk is not here. */
  read(text: string): string | undefined {
    const [header, isFirst, isLast] = HEADER.exec(text) ?? []
    if (header === undefined) {
      if (this.#parts.length > 0) throw new Error('a frame came in the middle of chunks')
      return text
    }
    if ((isFirst === '1') !== (this.#parts.length === 0)) throw new Error(`misplaced ${header}`)
    this.#parts.push(text.slice(header.length))
    return isLast === '1' ? this.#parts.splice(0).join('') : undefined
  }
}
