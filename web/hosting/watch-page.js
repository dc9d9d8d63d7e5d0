/*
 * Tells the box which hosts on the internet this page asks for, by name only, and whether it got
 * what it asked for. It changes nothing that the page does.
 */
{
  // An app may redefine what this script uses, so all of that is taken at once.
  const { Element, URL, WebSocket, fetch } = globalThis
  const { stringify } = JSON
  const { construct } = Reflect
  const MOST_HOSTS = 30
  /** What is new is told this long after it was seen (ms), and at most so often in the life of a page. */
  const TELL_AFTER_MS = 2000
  const MOST_TELLINGS = 10
  /** A script may be loaded before it is an element of the page: what has no status is judged later (ms). */
  const JUDGE_AFTER_MS = 1000
  const MOST_JUDGED = 1000
  const FONT = /\.(?:woff2?|ttf|otf)$/i

  const { src, dataset } = document.currentScript
  const box = new URL(`${dataset.app}/.box/`, src)
  const reflector = new URL('../reflector/', src)

  const seen = new Set()
  /** addresses of elements whose event told whether they came */
  const judged = new Set()
  let news = []
  let tellings = 0
  let timer

  /** Not by `URL.parse`, which the browsers of older devices lack. */
  const parsed = (address) => {
    try {
      return new URL(address, document.baseURI)
    } catch {
      return undefined
    }
  }

  /** @param outcome `got`, `vain`, or `unclear`: browsers do not say it of all that they load */
  const note = (address, outcome) => {
    const url = parsed(address)
    if (!url || !/^(?:https?|wss?):$/.test(url.protocol)) return
    if (url.host === location.host || url.host === box.host) return
    const fact = `${outcome} ${url.host}`
    if (seen.has(fact) || seen.size >= MOST_HOSTS) return
    seen.add(fact)
    news.push({ host: url.host, outcome })
    timer ??= setTimeout(tell, TELL_AFTER_MS)
  }

  const tell = () => {
    clearTimeout(timer)
    timer = undefined
    // Of what is loaded for an element there is an entry and an event: the event knows more.
    const isKnown = (host) => seen.has(`got ${host}`) || seen.has(`vain ${host}`)
    const hosts = news.filter(({ host, outcome }) => outcome !== 'unclear' || !isKnown(host))
    news = []
    if (hosts.length === 0 || tellings >= MOST_TELLINGS) return
    tellings += 1
    const body = stringify({ hosts })
    const headers = { 'content-type': 'application/json' }
    // A page whose policy forbids it has nothing told of it.
    fetch(new URL('asked', box), { method: 'POST', headers, body, keepalive: true }).catch(() => {})
  }

  const noteEntry = ({ name, initiatorType, responseStatus }) => {
    if (responseStatus === undefined) note(name, 'unclear')
    else if (responseStatus > 0) note(name, responseStatus < 400 ? 'got' : 'vain')
    else setTimeout(() => noteSilent(name, initiatorType), JUDGE_AFTER_MS)
  }

  /** Browsers do not say the status of what came from elsewhere for an element, nor of what did not come. */
  const noteSilent = (name, initiatorType) => {
    if (judged.has(name)) return
    note(name, isToldWhy(name, initiatorType) ? 'vain' : 'unclear')
  }

  /** Whether the browser would say the status of such a request if there were an answer. */
  const isToldWhy = (name, initiatorType) => {
    if (initiatorType === 'fetch' || initiatorType === 'xmlhttprequest') return true
    if (FONT.test(parsed(name)?.pathname ?? '')) return true
    const isModule = ['script', 'other'].includes(initiatorType)
    return isModule && ![...document.scripts].some((script) => script.src === name)
  }

  const noteElement =
    (outcome) =>
    ({ target }) => {
      if (!(target instanceof Element)) return
      const address = target.currentSrc || target.src || target.href
      if (typeof address !== 'string' || address === '') return
      if (judged.size < MOST_JUDGED) judged.add(address)
      note(address, outcome)
    }

  addEventListener('error', noteElement('vain'), { capture: true })
  addEventListener('load', noteElement('got'), { capture: true })
  addEventListener('securitypolicyviolation', ({ blockedURI }) => note(blockedURI, 'vain'))
  addEventListener('pagehide', tell)
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) noteEntry(entry)
  }).observe({ type: 'resource', buffered: true })

  const watchSocket = (socket) => {
    const { href } = new URL(socket.url)
    if (href.replace(/^ws/, 'http').startsWith(reflector.href)) return
    socket.addEventListener('open', () => note(href, 'got'))
    socket.addEventListener('error', () => note(href, 'vain'))
  }

  const WatchedSocket = new Proxy(WebSocket, {
    construct(target, args, newTarget) {
      const made = construct(target, args, newTarget)
      watchSocket(made)
      return made
    },
  })
  WebSocket.prototype.constructor = WatchedSocket
  globalThis.WebSocket = WatchedSocket
}
