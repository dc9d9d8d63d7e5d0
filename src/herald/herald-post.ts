import type { LookupAddress } from 'node:dns'
import { type RequestOptions, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import type { LookupFunction } from 'node:net'
import { HeraldError } from './herald-error.ts'

/** So much of an answer's body is taken, which is of no use, before the connection is closed. */
const MOST_ANSWER_BYTES = 512

/**
 * Posts JSON to one of these addresses, and to none that an answer might lead to.
 * @throws {HeraldError} unless it is answered with a status of success; or what the connection fails with
 */
export async function postToHerald(
  url: URL,
  addresses: readonly LookupAddress[],
  json: string,
  signal: AbortSignal,
): Promise<void> {
  const status = await exchange(url, json, { lookup: lookupAmong(addresses), signal })
  if (status >= 200 && status <= 299) return
  const isRedirect = status >= 300 && status <= 399
  const hint = isRedirect ? ', and redirects are not followed' : ''
  throw new HeraldError('failed', `it answered with status ${status}${hint}`, 'warning')
}

/** Resolves with the answer's status. */
function exchange(
  url: URL,
  json: string,
  options: Pick<RequestOptions, 'lookup' | 'signal'>,
): Promise<number> {
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(json) }
  const request = url.protocol === 'https:' ? requestHttps : requestHttp
  return new Promise((resolve, reject) => {
    let status: number | undefined
    request(url, { ...options, method: 'POST', headers, agent: false })
      .on('response', (response) => {
        status = response.statusCode
        let bytes = 0
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length
          if (bytes >= MOST_ANSWER_BYTES) response.destroy()
        })
      })
      // Once its status is there, it does not matter how the rest of an answer ends.
      .on('error', (error) => status === undefined && reject(error))
      .on('close', () => {
        if (status !== undefined) resolve(status)
        else reject(new HeraldError('failed', 'it did not answer'))
      })
      .end(json)
  })
}

/** In place of a lookup: the connection is made to what was checked. */
function lookupAmong(addresses: readonly LookupAddress[]): LookupFunction {
  return (_hostname, { all }, done) => {
    const [first] = addresses
    if (all) done(null, [...addresses])
    else done(null, first?.address ?? '', first?.family)
  }
}
