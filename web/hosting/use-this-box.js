/*
 * Says in this page's address which box it came from: there the client looks when it is loaded. The
 * box puts this script before all others of a page that brings a client and names no box itself.
 * What an address says already stays.
 */
{
  const { src, dataset } = document.currentScript
  const root = new URL('..', src).pathname
  const settings =
    dataset.client === 'old'
      ? { reflector: `${root}reflector`, files: `${root}files`, backend: 'none' }
      : { box: root }
  if (!/[?&](?:box|reflector)=/.test(location.search)) {
    const said = Object.entries(settings)
      // A slash may stand in a query as it is, and people read the address.
      .map(([name, value]) => `${name}=${encodeURIComponent(value).replaceAll('%2F', '/')}`)
      .join('&')
    const url = new URL(location.href)
    url.search = location.search ? `${location.search}&${said}` : said
    history.replaceState(history.state, '', url)
  }
}
