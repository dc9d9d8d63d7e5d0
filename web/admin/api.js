import { loginHeaders, loginToken } from './login-token.js'

/** Where the dashboard's origin begins, with a trailing slash. Apps are elsewhere: `whoAmI` says where. */
export const boxUrl = new URL('../', import.meta.url)
/** Where its API begins, with a trailing slash. */
export const apiUrl = new URL('api/v1/', boxUrl)
/** Where its pages begin, likewise. */
const pagesUrl = new URL('./', import.meta.url)

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
 * @param {{method?: string, body?: object, token?: string}} request `token`: in place of that of who is logged in
 * @returns what it answers; rejects with a `Refusal`
 */
export async function ask(path, { method = 'GET', body, token } = {}) {
  const answer = await fetch(new URL(path, apiUrl), {
    method,
    headers: { ...loginHeaders(token), ...(body && { 'content-type': 'application/json' }) },
    body: body && JSON.stringify(body),
  }).catch((cause) => {
    throw noAnswer(cause)
  })
  const result = await answer.json().catch(() => ({}))
  if (answer.ok) return result
  throw refusalOf(answer.status, result)
}

/** There was no answer at all. */
export function noAnswer(cause) {
  return new Refusal(0, WENT_WRONG, { cause })
}

/** Why not, by what the box answered. */
export function refusalOf(status, { detail, message }) {
  return new Refusal(status, sentence(detail ?? message ?? WENT_WRONG))
}

/** Whether whoever asks has to log in first. */
export function isLoggedOut({ status }) {
  return status === 401 || status === 403
}

/** Where to log in, to come back here. Whoever was logged in reads there why they have to do it again. */
export function loginUrl() {
  const url = new URL('login', pagesUrl)
  url.searchParams.set('next', `${location.pathname}${location.search}`)
  if (loginToken() !== '') url.searchParams.set('over', '')
  return url
}

/** The page of the dashboard that somebody wanted to see: nothing else, and none of another host. */
export function nextPage() {
  const given = new URLSearchParams(location.search).get('next') ?? ''
  const next = URL.parse(given, boxUrl)
  const isOne = next?.origin === location.origin && next.pathname.startsWith(pagesUrl.pathname)
  const isWayIn = isOne && /\/(?:login|enter\.html|setup\/.*)$/.test(next.pathname)
  return isOne && !isWayIn ? next : pagesUrl
}

function sentence(words) {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}${/[.!?…]$/.test(words) ? '' : '.'}`
}
