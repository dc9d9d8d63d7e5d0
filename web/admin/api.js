import { keyHeaders } from './page-key.js'

/** Where the box's pages begin, with a trailing slash. */
export const boxUrl = new URL('../', import.meta.url)
/** Where its API begins, with a trailing slash. */
export const apiUrl = new URL('api/v1/', boxUrl)

const WENT_WRONG = 'The box does not answer. Try again in a moment.'

/** The box said no. `status` 0: it did not answer. `message` is a sentence for people. */
export class Refusal extends Error {
  constructor(status, message, options) {
    super(message, options)
    this.status = status
  }
}

/**
 * Asks the API for something, or to do something.
 * @param {string | URL} path below the API, with its query; or an address of the box
 * @param {{method?: string, body?: object}} request
 * @returns what it answers; rejects with a `Refusal`
 */
export async function ask(path, { method = 'GET', body } = {}) {
  const answer = await fetch(new URL(path, apiUrl), {
    method,
    headers: { ...keyHeaders, ...(body && { 'content-type': 'application/json' }) },
    body: body && JSON.stringify(body),
  }).catch((cause) => {
    throw new Refusal(0, WENT_WRONG, { cause })
  })
  const result = await answer.json().catch(() => ({}))
  if (answer.ok) return result
  throw refusalOf(answer.status, result)
}

/** Why not, by what the box answered. */
export function refusalOf(status, { detail, message }) {
  return new Refusal(status, sentence(detail ?? message ?? WENT_WRONG))
}

/** Whether whoever asks has to log in first. */
export function isLoggedOut({ status }) {
  return status === 401 || status === 403
}

/** Where to log in, to come back here. */
export function loginUrl() {
  const url = new URL('login', new URL('./', import.meta.url))
  url.searchParams.set('next', `${location.pathname}${location.search}`)
  return url
}

function sentence(words) {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}${/[.!?…]$/.test(words) ? '' : '.'}`
}
