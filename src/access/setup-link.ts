import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Clock } from './ports.ts'

/** 128 bits. */
const CODE_BYTES = 16
const LIFE_MS = 86_400_000

/** The code of the one link by which the admin password can be set, once, within 24 h (ADMIN2). A restart ends it. */
export class SetupLink {
  readonly #clock: Pick<Clock, 'now' | 'wallTime'>
  #current: { readonly digest: Buffer; readonly endsAt: number } | undefined

  constructor(clock: Pick<Clock, 'now' | 'wallTime'>) {
    this.#clock = clock
  }

  /** A new code, and when it ends (ms since 1970); the one before it ends now. */
  make(): { readonly code: string; readonly expiresAt: number } {
    const code = randomBytes(CODE_BYTES).toString('base64url')
    this.#current = { digest: digestOf(code), endsAt: this.#clock.now() + LIFE_MS }
    return { code, expiresAt: this.#clock.wallTime() + LIFE_MS }
  }

  isGood(code: string): boolean {
    const current = this.#current
    return (
      current !== undefined &&
      this.#clock.now() < current.endsAt &&
      timingSafeEqual(digestOf(code), current.digest)
    )
  }

  /**
   * Uses the code up for what is to be done once. Of those who come at the same time only one has it; if that cannot be
   * done, it is good again.
   * @returns whether it was good
   */
  async use(code: string, work: () => Promise<void>): Promise<boolean> {
    if (!this.isGood(code)) return false
    const current = this.#current
    this.#current = undefined
    try {
      await work()
    } catch (error) {
      this.#current ??= current
      throw error
    }
    return true
  }
}

function digestOf(code: string): Buffer {
  return createHash('sha256').update(code).digest()
}
