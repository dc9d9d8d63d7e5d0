import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto'

/**
 * As OWASP's password storage cheat sheet has it for 16 MiB of memory. scrypt is in every version of Node that
 * the box runs on (argon2 is in some), and runs on another thread.
 */
const COST = { N: 2 ** 14, r: 8, p: 5 } as const
const SALT_BYTES = 16
const HASH_BYTES = 32

/** A password as it is kept: nobody can tell it from that but by trying. */
export interface PasswordHash {
  readonly N: number
  readonly r: number
  readonly p: number
  /** base64url, as `hash` is */
  readonly salt: string
  readonly hash: string
}

export async function hashPassword(password: string): Promise<PasswordHash> {
  const salt = randomBytes(SALT_BYTES)
  const hash = await derive(password, salt, COST)
  return { ...COST, salt: salt.toString('base64url'), hash: hash.toString('base64url') }
}

/** Takes a good part of a second of one processor, whatever is wrong. */
export async function matchesHash(password: string, kept: PasswordHash): Promise<boolean> {
  const { N, r, p, salt, hash } = kept
  const derived = await derive(password, Buffer.from(salt, 'base64url'), { N, r, p })
  return timingSafeEqual(derived, Buffer.from(hash, 'base64url'))
}

export function isPasswordHash(value: unknown): value is PasswordHash {
  if (typeof value !== 'object' || value === null) return false
  const { N, r, p, salt, hash }: Partial<Record<keyof PasswordHash, unknown>> = value
  return (
    [N, r, p].every((cost) => Number.isSafeInteger(cost) && Number(cost) > 0) &&
    typeof salt === 'string' &&
    typeof hash === 'string' &&
    Buffer.from(hash, 'base64url').length === HASH_BYTES
  )
}

function derive(password: string, salt: Uint8Array, cost: ScryptOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // Letters with accents have two forms, and phones put a space behind a word.
    const text = password.trim().normalize('NFC')
    scrypt(text, salt, HASH_BYTES, cost, (error, key) => (error ? reject(error) : resolve(key)))
  })
}
