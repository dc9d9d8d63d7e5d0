/*
 * Tells the box which hosts on the internet this page asks for, by name only, and whether it got
 * what it asked for. Tells the person when they only watch here, and why the box has closed the
 * page's session. It changes nothing that the page does.
 */
{
  // An app may redefine what this script uses, so all of that is taken at once.
  const { CSSStyleSheet, Element, URL, fetch } = globalThis
  const { stringify } = JSON
  const { construct } = Reflect
  const MOST_HOSTS = 30
  /** What is new is told this long after it was seen (ms), and at most so often in the life of a page. */
  const TELL_AFTER_MS = 2000
  const MOST_TELLINGS = 10
  /** A script may be loaded before it is an element of the page: what has no status is judged later (ms). */
  const JUDGE_AFTER_MS = 1000
  const MOST_JUDGED = 1000
  /** From this code on a client does not come back by itself; the second is its own: it sleeps. */
  const GIVE_UP_CODE = 4100
  const DORMANT_CODE = 4110
  const FONT = /\.(?:woff2?|ttf|otf)$/i
  const WATCHING = 'You only watch here: what you do is not sent to the others.'
  const STYLE = `
    :host { all: initial; color-scheme: light dark; }
    div { position: fixed; inset: auto 0 max(12px, env(safe-area-inset-bottom)); z-index: 2147483646;
      display: flex; align-items: center; gap: 8px; box-sizing: border-box; width: fit-content;
      max-width: min(calc(100vw - 24px), 480px); margin: 0 auto; padding: 8px 8px 8px 16px;
      border: 1px solid #b9c5bb; border-radius: 12px; background: #fff; color: #14201a;
      font: 16px/1.35 system-ui, sans-serif; box-shadow: 0 4px 16px rgb(0 0 0 / 25%);
      overflow-wrap: anywhere; }
    button { flex: none; width: 40px; height: 40px; border: 0; border-radius: 8px;
      background: transparent; color: inherit; font: 22px/1 system-ui, sans-serif; cursor: pointer; }
    button:hover { background: #e9eee8; }
    button:focus-visible { outline: 2px solid #1f6b43; }
    @media (prefers-color-scheme: dark) {
      div { border-color: #4a5a51; background: #18201c; color: #e9efea; }
      button:hover { background: #2c3832; }
      button:focus-visible { outline-color: #7cc99a; }
    }`

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

  /** Shows a sentence until it is closed, outside of the page's own elements, styles and focus. */
  const show = (sentence, onClose = () => {}) => {
    if (window.top !== window) return
    const host = document.createElement('box-notice')
    const root = host.attachShadow({ mode: 'open' })
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(STYLE)
    root.adoptedStyleSheets = [sheet]
    const notice = document.createElement('div')
    notice.setAttribute('role', 'status')
    const words = document.createElement('span')
    words.textContent = sentence
    const close = document.createElement('button')
    close.type = 'button'
    close.textContent = '×'
    close.setAttribute('aria-label', 'Close this notice')
    close.addEventListener('click', () => {
      host.remove()
      onClose()
    })
    notice.append(words, close)
    root.append(notice)
    for (const other of document.querySelectorAll('box-notice')) other.remove()
    document.documentElement.append(host)
  }

  const key = `box-watching ${box.pathname}`
  /** Some pages may have no storage: they say it again when they are loaded again. */
  const stored = (use) => {
    try {
      return use(sessionStorage)
    } catch {
      return undefined
    }
  }

  const showRole = async () => {
    const answer = await fetch(new URL('visitor', box))
    const { watches } = await answer.json()
    if (watches !== true || stored((storage) => storage.getItem(key)) === 'closed') return
    show(WATCHING, () => stored((storage) => storage.setItem(key, 'closed')))
  }
  // A page whose policy forbids the request is shown nothing.
  addEventListener('load', () => void showRole().catch(() => {}), { once: true })

  const watchSocket = (socket) => {
    const { href } = new URL(socket.url)
    const isOfBox = href.replace(/^ws/, 'http').startsWith(reflector.href)
    if (!isOfBox) {
      socket.addEventListener('open', () => note(href, 'got'))
      socket.addEventListener('error', () => note(href, 'vain'))
      return
    }
    socket.addEventListener('close', ({ code, reason }) => {
      if (code >= GIVE_UP_CODE && code !== DORMANT_CODE && reason !== '') show(reason)
    })
  }

  const { WebSocket } = globalThis
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
