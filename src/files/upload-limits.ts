import { Allowance } from './allowance.ts'
import { clientNetwork } from './client-network.ts'
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

interface Uploader {
  readonly uploads: Allowance
  readonly bytes: Allowance
  underWay: number
}

/** Has each address upload so much and no more, so that there is something left for the others. */
export class UploadLimits {
  readonly #amounts: UploadAmounts
  readonly #now: () => number
  readonly #onBreach: (limit: string, address: string) => void
  readonly #uploaders = new Map<string, Uploader>()
  #underWay = 0
  #forgotAt: number

  /**
   * @param now monotonic, ms
   * @param onBreach told of each upload that is refused because of a limit
   */
  constructor(
    amounts: UploadAmounts,
    now: () => number,
    onBreach: (limit: string, address: string) => void,
  ) {
    this.#amounts = amounts
    this.#now = now
    this.#onBreach = onBreach
    this.#forgotAt = now()
  }

  /**
   * Runs one upload, unless it is too much.
   * @param address the client's own
   * @param announcedBytes its size, as far as its sender gave it
   * @param upload has to tell of all bytes of it that came
   * @throws {UploadError} and what `upload` throws
   */
  async run<T>(
    address: string,
    announcedBytes: number,
    upload: (onBytes: (bytes: number) => void) => Promise<T>,
  ): Promise<T> {
    const uploader = this.#uploaderAt(address)
    let bytes = 0
    try {
      this.#begin(uploader, announcedBytes)
      try {
        return await upload((more) => {
          bytes += more
        })
      } finally {
        this.#end(uploader, announcedBytes, bytes)
      }
    } catch (error) {
      if (error instanceof UploadError && error.limit !== undefined)
        this.#onBreach(error.limit, address)
      throw error
    }
  }

  /** How many addresses are remembered. */
  get size(): number {
    return this.#uploaders.size
  }

  #begin(uploader: Uploader, announcedBytes: number): void {
    const { atOnce, atOncePerAddress } = this.#amounts
    const now = this.#now()
    refuseUntil(uploader.uploads.waitMs(1, now), 'uploads-per-minute')
    refuseUntil(uploader.bytes.waitMs(announcedBytes, now), 'upload-bytes-per-minute')
    if (uploader.underWay >= atOncePerAddress) throw tooManyAtOnce(429, 'from your address')
    if (this.#underWay >= atOnce) throw tooManyAtOnce(503, 'to this box')
    uploader.uploads.take(1, now)
    uploader.bytes.take(announcedBytes, now)
    uploader.underWay += 1
    this.#underWay += 1
  }

  /** What was announced and did not come is given back, and the other way round. */
  #end(uploader: Uploader, announcedBytes: number, bytes: number): void {
    uploader.bytes.take(bytes - announcedBytes, this.#now())
    uploader.underWay -= 1
    this.#underWay -= 1
  }

  #uploaderAt(address: string): Uploader {
    const now = this.#now()
    this.#forget(now)
    const network = clientNetwork(address)
    let uploader = this.#uploaders.get(network)
    if (!uploader) {
      const { uploadsPerMinute, bytesPerMinute } = this.#amounts
      uploader = {
        uploads: new Allowance(uploadsPerMinute, now),
        bytes: new Allowance(bytesPerMinute, now),
        underWay: 0,
      }
      this.#uploaders.set(network, uploader)
    }
    return uploader
  }

  #forget(now: number): void {
    if (now - this.#forgotAt < FORGET_EVERY_MS) return
    this.#forgotAt = now
    for (const [network, { uploads, bytes, underWay }] of this.#uploaders) {
      if (underWay === 0 && uploads.isWhole(now) && bytes.isWhole(now))
        this.#uploaders.delete(network)
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
