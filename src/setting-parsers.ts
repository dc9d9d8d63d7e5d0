import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { parseNetworks } from './access/networks.ts'
import { LEAST_PASSWORD_LENGTH } from './access/password-rule.ts'
import { createProxies } from './system/proxies.ts'

// How the text of a setting is read. Each throws an Error whose message completes "BOX_X must be …".

export function parseText(text: string): string {
  if (text.includes('\0')) throw new Error('a path')
  return text
}

export function parseHost(text: string): string {
  if (isIP(text) || /^[A-Za-z0-9.-]+$/.test(text)) return text
  throw new Error('an address or host name of this machine')
}

export function parsePort(text: string): number {
  return parseInteger(text, 0, 65_535)
}

export function parseMegabytes(text: string): number {
  return parseInteger(text, 1, 100_000) * 1_000_000
}

export const MOST_UPLOADS = 1_000_000
/** Larger limits are no different from none. */
export const MOST = 1_000_000_000

/** All sessions together keep no more (bytes), unless the owner says so. */
const MOST_HISTORIES_BYTES = 500_000_000
/** Of the memory that Node may take: text that is not Latin takes twice its length. */
const HISTORIES_SHARE = 1 / 4

/** @param heapBytes the memory that Node may take */
export function parseHistories(text: string, heapBytes: number): number {
  if (text === 'auto')
    return Math.min(MOST_HISTORIES_BYTES, Math.floor(heapBytes * HISTORIES_SHARE))
  if (!/^\d+$/.test(text) || Number(text) > MOST)
    throw new Error(`a whole number from 0 to ${MOST}, or auto`)
  return text === '0' ? Infinity : Number(text) * 1_000_000
}

export function parseKibibytes(text: string): number {
  return parseInteger(text, 16, 1_048_576) * 1024
}

/** Ten years are as good as for ever. */
export const MOST_DAYS = 3650

export function parseDays(text: string): number {
  return parseInteger(text, 0, MOST_DAYS)
}

export function parseInteger(text: string, least: number, most: number): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= least && value <= most) return value
  throw new Error(`a whole number from ${least} to ${most}`)
}

const LEAST_PASSPHRASE_LENGTH = 8
/** As many as the signature has. */
const LEAST_SECRET_BYTES = 32

export function parsePassphrase(text: string): string {
  if (text.trim().length >= LEAST_PASSPHRASE_LENGTH) return text
  throw new Error(`at least ${LEAST_PASSPHRASE_LENGTH} characters long`)
}

export function parseAdminPassword(text: string): string {
  if (text.trim().length >= LEAST_PASSWORD_LENGTH) return text
  throw new Error(`at least ${LEAST_PASSWORD_LENGTH} characters long`)
}

export function parseJwtSecret(text: string): string {
  if (Buffer.byteLength(text) >= LEAST_SECRET_BYTES) return text
  throw new Error(`at least ${LEAST_SECRET_BYTES} bytes long`)
}

/** A line end behind it is the editor's. */
export function readSecret(path: string): string {
  try {
    return readFileSync(path, 'utf8').replace(/\r?\n$/, '')
  } catch (cause) {
    throw new Error(`a file that the box can read (${(cause as Error).message})`, { cause })
  }
}

export function parseOptionalText(text: string): string | undefined {
  return text === '' ? undefined : text
}

export function parseOptionalUrl(text: string): string | undefined {
  if (text === '') return undefined
  if (/^https?:\/\/./.test(text) && URL.canParse(text)) return text
  throw new Error('a full address (https://login.school/keys)')
}

/** @returns with a slash at its end */
export function parseOptionalBase(text: string): string | undefined {
  if (text === '') return undefined
  const url = /^https?:\/\/./.test(text) ? URL.parse(text) : null
  const isPlain = url?.search === '' && url.hash === '' && url.username === ''
  if (!isPlain) {
    throw new Error('a full address without a query (https://admin.school.example/)')
  }
  return `${url.origin}${url.pathname.replace(/\/*$/, '/')}`
}

export function parseUrls(text: string): readonly string[] {
  const urls = text.split(',').filter((url) => url.trim() !== '')
  if (urls.every((url) => /^https?:\/\/./.test(url.trim()) && URL.canParse(url))) {
    return urls.map((url) => new URL(url).href)
  }
  throw new Error('full addresses (https://box.school/), comma-separated')
}

/** Not everybody (`0.0.0.0/0`): then everybody could say where they come from. */
export function parseProxies(text: string): readonly string[] {
  const entries = parseNetworks(text)
  try {
    createProxies(entries)
  } catch (cause) {
    throw new Error(
      'addresses and networks of proxies alone, not of everybody (0.0.0.0/0): 10.0.0.0/8, loopback, uniquelocal',
      { cause },
    )
  }
  return entries
}

export const DURABILITIES = ['process', 'power', 'none'] as const

export function oneOf<T extends string>(names: readonly T[], text: string): T {
  const name = names.find((each) => each === text)
  if (name) return name
  throw new Error(`one of ${names.join(', ')}`)
}
