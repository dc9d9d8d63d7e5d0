import { boxUrl } from '../common/address.js'

let byTrust

/**
 * Where the link of an app leads. By http, one that may need a secure page leads by the page that tells how to get there,
 * if this box has https.
 * @param {{url: string, secure: string[] | null}} app its address relative to the box's root
 * @returns {Promise<string>}
 */
export async function secureWay({ url, secure }) {
  const direct = new URL(url, boxUrl).href
  if (globalThis.isSecureContext || !secure?.length) return direct
  byTrust ??= hasAuthority()
  if (!(await byTrust)) return direct
  const way = new URL('trust/', boxUrl)
  way.searchParams.set('next', `/${url}`)
  return way.href
}

function hasAuthority() {
  return fetch(new URL('trust/about.json', boxUrl))
    .then((answer) => answer.json())
    .then(
      ({ mode }) => mode === 'local-ca',
      () => false,
    )
}
