import { UploadError } from './upload-error.ts'

/** The volume is looked at so often at most (ms): between two looks what uploads write is counted. */
const MEASURE_EVERY_MS = 1000

export interface VolumeUse {
  readonly usedBytes: number
  /** as far as the box may have it */
  readonly freeBytes: number
}

export interface RoomRules {
  /** Uploads may fill the volume up to here, whoever else uses it. */
  readonly mostPercent: number
  /** what uploads leave free in any case */
  readonly reserveBytes: number
}

/** What uploads may take of the volume: sessions are stored there, too, and stand still when it is full. */
export class UploadRoom {
  readonly #measure: () => Promise<VolumeUse>
  readonly #rules: RoomRules
  readonly #now: () => number
  #leftBytes = 0
  #measuredAt = Number.NEGATIVE_INFINITY
  #measuring: Promise<void> | undefined

  /** @param now monotonic, ms */
  constructor(measure: () => Promise<VolumeUse>, rules: RoomRules, now: () => number) {
    this.#measure = measure
    this.#rules = rules
    this.#now = now
  }

  /**
   * Resolves if there is room for so many bytes now.
   * @throws {UploadError} if there is not
   */
  async ensure(bytes: number): Promise<void> {
    await this.#look()
    this.#refuseMoreThanLeft(bytes)
  }

  /**
   * Resolves when so many bytes may be written.
   * @throws {UploadError} if there is no room for them
   */
  async take(bytes: number): Promise<void> {
    await this.#look()
    this.#refuseMoreThanLeft(bytes)
    this.#leftBytes -= bytes
  }

  #refuseMoreThanLeft(bytes: number): void {
    if (bytes <= this.#leftBytes && this.#leftBytes > 0) return
    throw new UploadError(507, 'the disk of the box is too full: its owner has to make room', {
      limit: 'volume-use',
    })
  }

  async #look(): Promise<void> {
    if (this.#now() - this.#measuredAt < MEASURE_EVERY_MS) return
    this.#measuring ??= this.#measureNow().finally(() => {
      this.#measuring = undefined
    })
    await this.#measuring
  }

  async #measureNow(): Promise<void> {
    const { usedBytes, freeBytes } = await this.#measure()
    const { mostPercent, reserveBytes } = this.#rules
    const mostBytes = ((usedBytes + freeBytes) * mostPercent) / 100
    this.#leftBytes = Math.min(mostBytes - usedBytes, freeBytes - reserveBytes)
    this.#measuredAt = this.#now()
  }
}
