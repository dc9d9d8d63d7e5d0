/*
 * Shows people what the box tells the clients in this page (INFO), why it closed their session, and
 * that they only watch. It shows nothing that the page shows itself. Tells the box when a notice of
 * its admin is on the screen. It changes nothing that the page does.
 */
{
  // An app may redefine what this script uses, so all of that is taken at once.
  const { CSSStyleSheet, IntersectionObserver, MutationObserver, URL, WebSocket, fetch } =
    globalThis
  const { parse, stringify } = JSON
  const { apply, construct } = Reflect
  const { send } = WebSocket.prototype

  /** From this code on a client does not come back by itself; the second is its own: it sleeps. */
  const GIVE_UP_CODE = 4100
  const DORMANT_CODE = 4110
  /** A page that shows words itself does so this soon (ms). */
  const OWN_DISPLAY_MS = 300
  /** Older notices make room for newer ones. */
  const MOST_SHOWN = 3
  const MOST_LENGTH = 600
  /** How long a notice is on the screen (ms): so long, and more for each character. */
  const STAY_MS = 10_000
  const STAY_MS_PER_CHARACTER = 80
  const TURN_MS = 250
  const WATCHING = 'You only watch here: what you do is not sent to the others.'
  const FROM_ADMIN = 'From the admin of this box'
  const STYLE = `
    :host { all: initial !important; position: fixed !important;
      inset: auto 0 max(12px, env(safe-area-inset-bottom)) !important;
      z-index: 2147483647 !important; display: flex !important; flex-direction: column !important;
      align-items: center !important; gap: 8px !important; max-height: 45vh !important;
      pointer-events: none !important; color-scheme: light dark !important; }
    div { display: flex; align-items: center; gap: 8px; box-sizing: border-box; min-height: 56px;
      max-width: min(calc(100vw - 24px), 480px); padding: 8px 8px 8px 16px;
      border: 1px solid #b9c5bb; border-radius: 12px; background: #fff; color: #14201a;
      font: 16px/1.35 system-ui, sans-serif; box-shadow: 0 4px 16px rgb(0 0 0 / 25%);
      overflow: auto; overflow-wrap: anywhere; white-space: pre-line; pointer-events: auto; }
    div[role=alert] { border-color: #b3261e; }
    strong { display: block; color: #4b5a51; font-size: 14px; }
    button { flex: none; align-self: start; width: 40px; height: 40px; border: 0;
      border-radius: 8px; background: transparent; color: inherit;
      font: 22px/1 system-ui, sans-serif; cursor: pointer; }
    button:hover { background: #e9eee8; }
    button:focus-visible { outline: 2px solid #1f6b43; outline-offset: -2px; }
    @media (prefers-color-scheme: dark) {
      div { border-color: #4a5a51; background: #18201c; color: #e9efea; }
      div[role=alert] { border-color: #f2958d; }
      strong { color: #a9b8ae; }
      button:hover { background: #2c3832; }
      button:focus-visible { outline-color: #7cc99a; }
    }`

  const { src, dataset } = document.currentScript
  const reflector = new URL('../reflector/', src)
  /** Demos of the box are no hosted apps: they have no name. */
  const appFolder = dataset.app === undefined ? undefined : new URL(`${dataset.app}/.box/`, src)

  let host
  /** what is on the screen, by what it is about */
  const shown = new Map()

  const place = () => {
    if (!host) {
      host = document.createElement('box-notice')
      const sheet = new CSSStyleSheet()
      sheet.replaceSync(STYLE)
      host.attachShadow({ mode: 'open' }).adoptedStyleSheets = [sheet]
    }
    if (!host.isConnected) document.documentElement.append(host)
    // Above dialogs of the app and what it shows on the whole screen, where the browser knows how.
    try {
      host.popover = 'manual'
      host.hidePopover()
      host.showPopover()
    } catch {}
    return host.shadowRoot
  }

  const isInFront = () => document.visibilityState === 'visible'

  const inFront = () =>
    new Promise((resolve) => {
      const look = () => {
        if (!isInFront()) return
        document.removeEventListener('visibilitychange', look)
        resolve()
      }
      document.addEventListener('visibilitychange', look)
      look()
    })

  /** Calls once, as soon as the element is on the screen of a tab that is in front. */
  const whenSeen = (element, onSeen) => {
    const observer = new IntersectionObserver(
      async (entries) => {
        if (!entries.some(({ isIntersecting }) => isIntersecting)) return
        observer.disconnect()
        await inFront()
        if (element.isConnected) onSeen()
      },
      { threshold: 0.5 },
    )
    observer.observe(element)
    return () => observer.disconnect()
  }

  /**
   * Shows words, outside of the page's own elements, styles and focus.
   * @param about of two notices about the same only the newer one is shown
   * @param stayMs until it goes by itself, not counted while nobody can read it, or somebody points at it
   */
  const show = ({ about, words, title, level, stayMs = Infinity, onSeen, onClose }) => {
    const before = shown.get(about)
    /** who waits to be told that it was seen: one that nobody saw passes them on to its successor */
    const waiting = [...(before?.waiting ?? []), ...(onSeen ? [onSeen] : [])]
    // The last notice that goes takes the place with it.
    before?.remove()
    const root = place()
    const notice = document.createElement('div')
    notice.setAttribute('role', level === 'error' ? 'alert' : 'status')
    const text = document.createElement('span')
    text.style.flex = '1'
    text.dir = 'auto'
    if (title !== undefined) {
      const heading = document.createElement('strong')
      heading.textContent = title
      text.append(heading)
    }
    text.append(words.length > MOST_LENGTH ? `${words.slice(0, MOST_LENGTH)}…` : words)
    const close = document.createElement('button')
    close.type = 'button'
    close.textContent = '×'
    close.setAttribute('aria-label', 'Close this notice')
    notice.append(text, close)

    let left = stayMs
    let isSeen = false
    const turn = setInterval(() => {
      const isHeld = notice.matches(':hover, :focus-within') || !isInFront()
      if (isSeen && !isHeld) left -= TURN_MS
      if (left <= 0) remove()
    }, TURN_MS)
    const stopWatching = whenSeen(notice, () => {
      isSeen = true
      for (const tell of waiting.splice(0)) tell()
    })
    const remove = () => {
      clearInterval(turn)
      stopWatching()
      notice.remove()
      if (shown.get(about)?.remove === remove) shown.delete(about)
      if (shown.size === 0) host.remove()
    }
    close.addEventListener('click', () => {
      remove()
      onClose?.()
    })
    shown.set(about, { remove, waiting })
    root.append(notice)
    if (shown.size > MOST_SHOWN) shown.values().next().value.remove()
  }

  const packed = (text) => text.replace(/\s+/g, '')

  /** Resolves with where the page itself has begun to show one of these; undefined: it has not. */
  const shownByPage = (phrases) =>
    new Promise((resolve) => {
      const wanted = phrases.map(packed)
      const isWanted = (node) => wanted.some((phrase) => packed(node.textContent).includes(phrase))
      const observer = new MutationObserver((changes) => {
        for (const { type, target, addedNodes } of changes) {
          const found = [...addedNodes, ...(type === 'characterData' ? [target] : [])].find(
            isWanted,
          )
          if (found) finish(found)
        }
      })
      const finish = (found) => {
        observer.disconnect()
        resolve(found)
      }
      observer.observe(document, { subtree: true, childList: true, characterData: true })
      setTimeout(finish, OWN_DISPLAY_MS)
    })

  /** Whether the page shows one of these itself, and still does when somebody looks at it. */
  const leavesToPage = async (phrases) => {
    const own = await shownByPage(phrases)
    if (!own) return false
    await inFront()
    return own.isConnected
  }

  /** What clients make of an INFO, whatever they are called. */
  const phrasesOf = (words) => [`Reflector: ${words}`, `Synchronizer: ${words}`]

  const inform = async (socket, frame) => {
    const { code, id: notice, msg: words, options } = frame.args
    if (typeof words !== 'string' || words === '') return
    const onSeen = () => {
      if (typeof notice !== 'number' || socket.readyState !== WebSocket.OPEN) return
      apply(send, socket, [stringify({ id: frame.id, action: 'SEEN', args: notice })])
    }
    if (await leavesToPage(phrasesOf(words))) {
      onSeen()
      return
    }
    if (code === 'WATCHING') {
      showWatching()
      return
    }
    const isOfAdmin = code === 'NOTICE'
    show({
      // Whatever is told of the same matter is newer: that it fails, and that it works again.
      about: isOfAdmin ? `${code} ${words}` : `${code}`.split('_', 1)[0],
      ...{ words, onSeen, title: isOfAdmin ? FROM_ADMIN : undefined, level: options?.level },
      stayMs: STAY_MS + STAY_MS_PER_CHARACTER * words.length,
    })
  }

  const key = `box-watching ${appFolder?.pathname ?? location.pathname}`
  /** Some pages may have no storage: they say it again when they are loaded again. */
  const stored = (use) => {
    try {
      return use(sessionStorage)
    } catch {
      return undefined
    }
  }

  const showWatching = () => {
    // The page asks for its role, and its client is told: who reads one is not to read another.
    if (shown.has('WATCHING')) return
    if (stored((storage) => storage.getItem(key)) === 'closed') return
    const onClose = () => stored((storage) => storage.setItem(key, 'closed'))
    show({ about: 'WATCHING', words: WATCHING, onClose })
  }

  const showRole = async () => {
    const answer = await fetch(new URL('visitor', appFolder))
    const { watches } = await answer.json()
    if (watches === true) showWatching()
  }
  if (appFolder && window.top === window) {
    // A page whose policy forbids the request is shown nothing.
    addEventListener('load', () => void showRole().catch(() => {}), { once: true })
  }

  const showClose = async (reason) => {
    if (!(await leavesToPage([reason]))) show({ about: 'close', words: reason, level: 'error' })
  }

  const watchSocket = (socket) => {
    const url = new URL(socket.url)
    if (!url.href.replace(/^ws/, 'http').startsWith(reflector.href)) return
    socket.addEventListener('message', ({ data }) => {
      // The box writes the session and the action first: no long frame is read for this.
      if (typeof data !== 'string' || !data.slice(0, 80).includes('"action":"INFO"')) return
      inform(socket, parse(data))
    })
    socket.addEventListener('close', ({ code, reason }) => {
      if (code >= GIVE_UP_CODE && code !== DORMANT_CODE && reason !== '') showClose(reason)
    })
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
