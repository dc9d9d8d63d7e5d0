import { type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import type { Readable } from 'node:stream'
import { text as readText } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { getCACertificates } from 'node:tls'
import { DeployFailure } from './deploy-failure.ts'

/** What Node says of a certificate that it does not trust. */
const UNTRUSTED: readonly string[] = [
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]

export interface BoxClientOptions {
  /** of the box, e.g. `https://box.local/`; it may have a path */
  readonly box: URL
  /** PEM, of an authority to trust besides those that computers trust; undefined: none */
  readonly authority: string | undefined
}

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT'
  /** below `/api/v1/` */
  readonly path: string
  readonly token?: string
  readonly body?:
    | { readonly type: 'json'; readonly value: object }
    | { readonly type: 'form'; readonly boundary: string; readonly stream: Readable }
}

/** What the box answered, well or not. */
export interface BoxAnswer {
  readonly status: number
  readonly body: unknown
}

/** Asks the API of a box. */
export class BoxClient {
  readonly #options: BoxClientOptions

  constructor(options: BoxClientOptions) {
    this.#options = options
  }

  /** @throws {DeployFailure} if there is no answer, or it is no box that answers */
  async ask(call: Call): Promise<BoxAnswer> {
    try {
      return await this.#send(call)
    } catch (cause) {
      throw explained(cause, this.#options.box)
    }
  }

  #send({ method, path, token, body }: Call): Promise<BoxAnswer> {
    const { box, authority } = this.#options
    const url = new URL(`api/v1/${path}`, box)
    const headers = {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body && { 'content-type': contentType(body) }),
    }
    const begin = url.protocol === 'https:' ? requestHttps : requestHttp
    return new Promise((resolve, reject) => {
      const request = begin(url, { method, headers, ...trusting(authority) }, (response) => {
        answerOf(response, box)
          .then(resolve, reject)
          // What is refused early need not be sent to its end.
          .finally(() => body?.type === 'form' && body.stream.destroy())
      })
      // What comes after the answer changes nothing.
      request.on('error', reject)
      if (body?.type === 'form') pipeline(body.stream, request).catch(reject)
      else request.end(body && JSON.stringify(body.value))
    })
  }
}

/** Options of a request that trusts an authority besides those that computers trust. */
export function trusting(authority: string | undefined) {
  return authority === undefined ? {} : { ca: [...getCACertificates(), authority] }
}

function contentType(body: NonNullable<Call['body']>): string {
  return body.type === 'json'
    ? 'application/json'
    : `multipart/form-data; boundary=${body.boundary}`
}

async function answerOf(response: IncomingMessage, box: URL): Promise<BoxAnswer> {
  const status = response.statusCode ?? 0
  const text = await readText(response)
  try {
    return { status, body: text === '' ? undefined : JSON.parse(text) }
  } catch (cause) {
    throw new DeployFailure(
      `what answers at ${box.href} is no box (${status}): check the address`,
      { cause },
    )
  }
}

/** A sentence for the person who runs the program. */
export function explained(cause: unknown, box: URL): unknown {
  const { code = '', path } = cause as { code?: string; path?: string }
  const because = (sentence: string) => new DeployFailure(sentence, { cause })
  // A file of the app that cannot be read.
  if (cause instanceof DeployFailure || path !== undefined) return cause
  if (UNTRUSTED.includes(code)) {
    return because(
      `this machine does not trust the certificate of ${box.origin}: ${new URL('trust', box).href} tells how it can; ` +
        'or save the certificate that is offered there, and name it: --ca FILE, or NODE_EXTRA_CA_CERTS=FILE',
    )
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return because(
      `the certificate of ${box.origin} is not for this address: use one of those that it is for`,
    )
  }
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') {
    return because(`the certificate of ${box.origin} is not good today: check the clocks`)
  }
  if (code === 'ECONNRESET' || code === 'EPIPE') {
    return because(`the connection to ${box.origin} broke off: try again`)
  }
  return because(
    `no box answers at ${box.origin} (${code || (cause as Error).message}): start it first, or check the address`,
  )
}
