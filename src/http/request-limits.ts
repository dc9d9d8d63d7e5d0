import { type IncomingMessage, STATUS_CODES } from 'node:http'

/** The longest address that a request may ask for, in characters, with its query. */
const LONGEST_TARGET = 8192
const MOST_HEADERS = 100

/** Why a request is refused before anybody looks at it. */
export interface Refusal {
  readonly status: number
  readonly message: string
  /** that was met, in kebab-case; undefined: none, it is just wrong */
  readonly limit?: string
}

/** What is too much about a request's head; undefined: nothing. */
export function excessOf({ url = '', rawHeaders }: IncomingMessage): Refusal | undefined {
  if (url.length > LONGEST_TARGET) {
    const message = `the address is longer than ${LONGEST_TARGET} characters`
    return { status: 414, message, limit: 'url-length' }
  }
  if (rawHeaders.length / 2 > MOST_HEADERS) {
    const message = `there are more than ${MOST_HEADERS} headers`
    return { status: 431, message, limit: 'header-count' }
  }
  return undefined
}

/** The answer as it goes over the wire; the connection ends with it. Pages of any origin may read it. */
export function encodeRefusal({ status, message }: Refusal): string {
  const reason = STATUS_CODES[status] ?? 'Error'
  const body = JSON.stringify({ error: reason, message })
  const lines = [
    `HTTP/1.1 ${status} ${reason}`,
    'Connection: close',
    'Access-Control-Allow-Origin: *',
    'Cache-Control: no-store',
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ]
  return `${lines.join('\r\n')}\r\n\r\n${body}`
}
