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
  const { urls = [] } = await fetch(new URL('addresses', asked))
    .then((answer) => answer.json())
    .catch(() => ({}))
  return urls.map((url) => new URL(`${url}${page.pathname}${page.search}${page.hash}`))
}
