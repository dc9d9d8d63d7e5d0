/*
 * What the box lets the dashboard in by. It is kept in the storage of this origin, which no app shares; a cookie would go to
 * all ports of the host, and any app could set it.
 */

/** Boxes below different paths of one host have one each. */
const KEY = `box-login ${new URL('../', import.meta.url).pathname}`

/** "" if nobody is logged in. */
export function loginToken() {
  return localStorage.getItem(KEY) ?? ''
}

export function keepToken(token) {
  localStorage.setItem(KEY, token)
}

export function forgetToken() {
  localStorage.removeItem(KEY)
}

/** Headers of a request to the API. */
export function loginHeaders(token = loginToken()) {
  return token === '' ? {} : { authorization: `Bearer ${token}` }
}
