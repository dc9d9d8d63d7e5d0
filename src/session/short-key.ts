/** A key this long (UTF-16 units) is kept as it is: those of real clients are shorter. */
const MAX_KEPT_KEY = 64
/** Longer than any key that is kept as it is, so that the two cannot meet. */
const DIGEST_LENGTH = MAX_KEPT_KEY + 1

/**
 * A key as it is remembered: itself, or a digest of 106 bits of one that is long, so that no client decides
 * how much memory a key takes. Whoever made two keys with the same digest would only lose a vote or a
 * message of their own session, so it need not be a cryptographic one.
 */
export function shortKey(key: string): string {
  if (key.length <= MAX_KEPT_KEY) return key
  const digest = `${hash53(key, 0).toString(36)}.${hash53(key, 1).toString(36)}`
  return digest.padEnd(DIGEST_LENGTH, '.')
}

/** 53 bits of the text (cyrb53, in the public domain). */
function hash53(text: string, seed: number): number {
  let high = 0xdeadbeef ^ seed
  let low = 0x41c6ce57 ^ seed
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    high = Math.imul(high ^ unit, 2654435761)
    low = Math.imul(low ^ unit, 1597334677)
  }
  high = mixed(high, low)
  low = mixed(low, high)
  return 2 ** 32 * (low & 0x1fffff) + (high >>> 0)
}

function mixed(one: number, other: number): number {
  const first = Math.imul(one ^ (one >>> 16), 2246822507)
  return first ^ Math.imul(other ^ (other >>> 13), 3266489909)
}
