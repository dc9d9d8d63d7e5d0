import { Allowance } from './allowance.ts'
import { UploadError } from './upload-error.ts'

/** Those that are refused since others are under way may try again after this (ms). */
const TURN_MS = 5000
/** So often those are forgotten of whom nothing needs to be remembered (ms). */
const FORGET_EVERY_MS = 60_000

/** How much may be uploaded. */
export interface UploadAmounts {
  /** by one address */
  readonly uploadsPerMinute: number
  readonly bytesPerMinute: number
  readonly atOncePerAddress: number
  /** by all addresses together */
  readonly atOnce: number
}

/** An upload that is let in. */
export interface AdmittedUpload {
  /** who sends it, as far as addresses tell */
  readonly sender: string
  /** to be told of the bytes that come */
  readonly onBytes: (bytes: number) => void
}

interface Uploader {
  readonly uploads: Allowance
  readonly bytes: Allowance
  underWay: number
}

export interface UploadLimitsParts {
  /** monotonic, ms */
  readonly now: () => number
  /** who is counted as one, by address */
  readonly accountOf: (address: string) => string
  /** told of each upload that is refused because of a limit */
  readonly onBreach: (limit: string, address: string) => void
}

/** Has each address upload so much and no more, so that there is something left for the others. */
export class UploadLimits {
  readonly #amounts: UploadAmounts
  readonly #parts: UploadLimitsParts
  readonly #uploaders = new Map<string, Uploader>()
  #underWay = 0
  #forgotAt: number

  constructor(amounts: UploadAmounts, parts: UploadLimitsParts) {
    this.#amounts = amounts
    this.#parts = parts
    this.#forgotAt = parts.now()
  }

  /**
   * Runs one upload, unless it is too much.
   * @param address the client's own; undefined: it has gone, and what it sent is still there
   * @throws {UploadError} and what `upload` throws
   */
  async run<T>(
    address: string | undefined,
    upload: (admitted: AdmittedUpload) => Promise<T>,
  ): Promise<T> {
    const sender = this.#parts.accountOf(address ?? '')
    const uploader = this.#uploaderOf(sender)
    try {
      this.#begin(uploader)
      try {
        const onBytes = (bytes: number) => uploader.bytes.take(bytes, this.#parts.now())
        return await upload({ sender, onBytes })
      } finally {
        uploader.underWay -= 1
        this.#underWay -= 1
      }
    } catch (error) {
      if (error instanceof UploadError && error.limit !== undefined)
        this.#parts.onBreach(error.limit, address ?? '')
      throw error
    }
  }

  /** How many addresses are remembered. */
  get size(): number {
    return this.#uploaders.size
  }

  #begin(uploader: Uploader): void {
    const { atOnce, atOncePerAddress } = this.#amounts
    const now = this.#parts.now()
    refuseUntil(uploader.uploads.waitMs(now), 'uploads-per-minute')
    refuseUntil(uploader.bytes.waitMs(now), 'upload-bytes-per-minute')
    if (uploader.underWay >= atOncePerAddress) throw tooManyAtOnce(429, 'from your address')
    if (this.#underWay >= atOnce) throw tooManyAtOnce(503, 'to this box')
    uploader.uploads.take(1, now)
    uploader.underWay += 1
    this.#underWay += 1
  }

  #uploaderOf(sender: string): Uploader {
    const now = this.#parts.now()
    this.#forget(now)
    let uploader = this.#uploaders.get(sender)
    if (!uploader) {
      const { uploadsPerMinute, bytesPerMinute } = this.#amounts
      uploader = {
        uploads: new Allowance(uploadsPerMinute, now),
        bytes: new Allowance(bytesPerMinute, now),
        underWay: 0,
      }
      this.#uploaders.set(sender, uploader)
    }
    return uploader
  }

  #forget(now: number): void {
    if (now - this.#forgotAt < FORGET_EVERY_MS) return
    this.#forgotAt = now
    for (const [sender, { uploads, bytes, underWay }] of this.#uploaders) {
      if (underWay === 0 && uploads.isWhole(now) && bytes.isWhole(now))
        this.#uploaders.delete(sender)
    }
  }
}

function refuseUntil(waitMs: number, limit: string): void {
  if (waitMs === 0) return
  const seconds = Math.ceil(waitMs / 1000)
  throw new UploadError(
    429,
    `too much was uploaded from your address within a minute: try again in ${seconds} s`,
    { limit, retryAfterMs: waitMs },
  )
}

function tooManyAtOnce(status: 429 | 503, from: string): UploadError {
  const limit = status === 429 ? 'address-uploads-at-once' : 'uploads-at-once'
  const message = `too many uploads ${from} are under way: try again in a moment`
  return new UploadError(status, message, { limit, retryAfterMs: TURN_MS })
}
