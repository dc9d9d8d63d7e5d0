import { createHmac, timingSafeEqual } from 'node:crypto'

/** The header in which a page of the dashboard brings its key, and the query parameter for a GET without headers. */
export const PAGE_KEY_HEADER = 'box-page-key'
export const PAGE_KEY_PARAMETER = 'page-key'

/**
 * What tells requests of the dashboard's pages from those that other pages make a browser send (ADMIN6): the page has
 * the key that belongs to the browser's cookie, which is written into it when a person opens it.
 */
export class PageKeys {
  readonly #key: Uint8Array

  /** @param key of the box */
  constructor(key: Uint8Array) {
    this.#key = key
  }

  /** @param token in the browser's cookie */
  keyFor(token: string): string {
    return this.#digest(token).toString('base64url')
  }

  matches(token: string, given: string): boolean {
    const bytes = Buffer.from(given, 'base64url')
    const digest = this.#digest(token)
    return bytes.length === digest.length && timingSafeEqual(bytes, digest)
  }

  #digest(token: string): Buffer {
    return createHmac('sha256', this.#key).update(`page ${token}`).digest()
  }
}
