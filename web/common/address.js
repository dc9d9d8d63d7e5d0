/** Where the box's pages begin, with a trailing slash. Below a path prefix it has that prefix. */
export const boxUrl = new URL('..', import.meta.url)

/** Whether only this machine can reach that host name. */
export function isLoopback(hostname) {
  return (
    /^(.+\.)?localhost$/.test(hostname) ||
    /^127(\.\d{1,3}){3}$/.test(hostname) ||
    hostname === '[::1]'
  )
}

/**
 * The addresses by which phones reach a page of the box, the likeliest first. For a page whose own address only this
 * machine understands, the box says what it is called on the network; none if it does not know.
 * @param {URL} page
 * @param {URL} asked where the box is asked
 * @returns {Promise<URL[]>}
 */
export async function phoneAddresses(page, asked = boxUrl) {
  if (!isLoopback(page.hostname)) return [page]
  const { urls = [] } = await knownAddresses(asked)
  return urls.map((url) => new URL(`${url}${page.pathname}${page.search}${page.hash}`))
}

/**
 * The address by the name that the box has on its networks, which is easy to type. Undefined: it has none there, or the
 * page is open by it.
 * @returns {Promise<URL | undefined>}
 */
export async function addressByName(asked = boxUrl) {
  const { byName } = await knownAddresses(asked)
  const url = byName ? new URL(`${byName}${asked.pathname}`) : undefined
  return url?.hostname === asked.hostname ? undefined : url
}

function knownAddresses(asked) {
  return fetch(new URL('addresses', asked))
    .then((answer) => answer.json())
    .catch(() => ({}))
}
