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
