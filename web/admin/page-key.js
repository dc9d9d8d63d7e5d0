/** By which the box knows that it is a page of the dashboard that asks. */
const key = document.querySelector('meta[name="page-key"]')?.content ?? ''

/** Headers of every request to the API. */
export const keyHeaders = { 'box-page-key': key }

/** An address of the API, for what cannot send headers: an event stream, a download. */
export function withKey(url) {
  const keyed = new URL(url)
  keyed.searchParams.set('page-key', key)
  return keyed
}
