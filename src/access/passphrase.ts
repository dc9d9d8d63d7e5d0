import { createHmac, timingSafeEqual } from 'node:crypto'

/** The passphrase of the box. */
export class Passphrase {
  readonly #key: Uint8Array
  readonly #digest: Buffer

  /** @param key of the box */
  constructor(passphrase: string, key: Uint8Array) {
    this.#key = key
    this.#digest = this.#digestOf(passphrase)
  }

  /** Tells this passphrase from others, and nothing else to who does not have the key. */
  get fingerprint(): string {
    return this.#digest.toString('base64url').slice(0, 22)
  }

  /** Takes the same time whatever is wrong. */
  matches(given: string): boolean {
    return timingSafeEqual(this.#digest, this.#digestOf(given))
  }

  /** Phones put a space behind a word, and letters with accents have two forms. */
  #digestOf(passphrase: string): Buffer {
    return createHmac('sha256', this.#key).update(passphrase.trim().normalize('NFC')).digest()
  }
}
