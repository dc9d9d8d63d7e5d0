/** So many downloads at a time are read in large pieces, all others in small ones: slow clients may be many. */
const LARGE_BUFFERS = 8
const LARGE_BYTES = 1_048_576
const SMALL_BYTES = 65_536

/** Memory through which downloads go, used again and again: none of it is left to V8's collector. */
export class DownloadBuffers {
  readonly #idle: Buffer[] = []
  #large = 0

  /** A buffer to be given back when nobody writes from it any more. */
  take(): Buffer {
    const idle = this.#idle.pop()
    if (idle) return idle
    if (this.#large >= LARGE_BUFFERS) return Buffer.allocUnsafeSlow(SMALL_BYTES)
    this.#large += 1
    return Buffer.allocUnsafeSlow(LARGE_BYTES)
  }

  giveBack(buffer: Buffer): void {
    if (buffer.length === LARGE_BYTES) this.#idle.push(buffer)
  }
}
