/*
 * Makes the clients in this page use the box that served it. The box puts this script before all
 * others of each page of an app. It does not touch the page's address, and it does not matter when
 * or from where a client is loaded, or how old it is: what a client asks for is met where it asks.
 *
 * - Clients since 2.0 look for `box` in what `Session.join` is given, of which they take the entries
 *   first. There it is added, unless the app or the page's address name a box or a reflector.
 * - Older clients know the cloud only. Its sign-in is answered here, and web sockets and uploads that
 *   are for the cloud go to the box.
 * - Shared files are fetched from the box first, wherever they were uploaded: their name is their hash.
 *
 * An app may redefine what this script uses, so all of that is taken at once.
 */
if (document.currentScript?.src) {
  const { Response, URL } = globalThis
  const { apply, construct, defineProperty, getOwnPropertyDescriptor, set } = Reflect
  const ownProxy = Proxy
  const signedIn = () => resolved(new Response(DEVELOPER))
  const resolved = Promise.resolve.bind(Promise)
  const script = document.currentScript.src
  const root = new URL('..', script).href
  const socketRoot = root.replace(/^http/, 'ws')
  const files = `${root}files`

  /** Where the makers of the clients run their servers. */
  const CLOUD = /(?:^|\.)(?:croquet\.(?:io|dev|network)|multisynq\.(?:io|dev))$/
  const SESSION = /\/reflector(?:-dev)?\/(?:.*\/)?([\w-]{43})$/
  const SIGN_IN = /\/sign\/join$/
  const SHARED_FILE = /(\/files)?\/(apps\/[^/]+\/[^/]+\/data\/[\w-]{43})$/
  /** A box or a reflector in the page's address. */
  const NAMED = /[?&#](?:box|reflector)=[^&#]/
  /** A key of the kind with which no client asks for a WebRTC connection. */
  const UNUSED_KEY = '1_unused'
  /** What clients call their developer where nobody asks. All in a session have to agree. */
  const DEVELOPER = JSON.stringify({ developerId: 'unknown_dev_id' })

  const known = new WeakSet()

  /** Undefined if it is no address. */
  function addressOf(text, base) {
    try {
      return new URL(text, base)
    } catch {
      return undefined
    }
  }

  /** Has clients in a window use the box. */
  function tell(window) {
    const { document, location } = window
    if (known.has(window.Object)) return
    known.add(window.Object)
    // An app may change its address before its client joins.
    const isNamed = NAMED.test(location.search + location.hash)
    tellJoins(window, () => isNamed || NAMED.test(location.search + location.hash))
    tellFetches(window)
    tellSockets(window)
    tellUploads(window)
    tellFrames(window)
    watchFrames(window, document)
  }

  /** Replaces a property by another value, and leaves the rest of it as it is. */
  function replace(owner, name, make) {
    const property = getOwnPropertyDescriptor(owner, name)
    if (property?.configurable) defineProperty(owner, name, make(property))
  }

  function tellJoins({ Object: windowObject }, isNamed) {
    replace(windowObject, 'entries', ({ value: entries, ...rest }) => ({
      ...rest,
      value: {
        entries(value) {
          if (isJoin(value) && !isNamed()) addBox(value)
          return apply(entries, this, [value])
        },
      }.entries,
    }))
  }

  /** Whether that is what an app gives to `Session.join`, with what the client has added to it. */
  function isJoin(value) {
    try {
      return typeof value?.appId === 'string' && typeof value.model === 'function' && !!value.name
    } catch {
      // It is a window of another origin, or a proxy that lets nobody look.
      return false
    }
  }

  function addBox(join) {
    // A reflector without a slash is a region of the cloud.
    if (join.box || `${join.reflector ?? ''}`.includes('/')) return
    set(join, 'box', root)
    set(join, 'apiKey', UNUSED_KEY)
  }

  function tellFetches(window) {
    replace(window, 'fetch', ({ value: fetch, ...rest }) => ({
      ...rest,
      value: {
        fetch(input, ...more) {
          const asIs = () => apply(fetch, window, [input, ...more])
          const isGet = (more[0]?.method ?? 'GET') === 'GET'
          const url = isGet ? addressIn(window, input) : undefined
          if (!url) return asIs()
          if (isSignIn(url)) return signedIn()
          const own = ownAddressOf(url)
          if (own === undefined) return asIs()
          return apply(fetch, window, [own, ...more]).then(
            (answer) => (answer.ok ? answer : asIs()),
            asIs,
          )
        },
      }.fetch,
    }))
  }

  /** Undefined for a request as a whole, which no client makes. */
  function addressIn({ URL: WindowUrl, document }, input) {
    const isAddress = typeof input === 'string' || input instanceof WindowUrl
    return isAddress ? addressOf(input, document.baseURI) : undefined
  }

  function isSignIn({ hostname, pathname }) {
    return CLOUD.test(hostname) && SIGN_IN.test(pathname)
  }

  /** Where the box has a shared file, if it has it; undefined if it is there, or no such file. */
  function ownAddressOf({ href, hostname, pathname }) {
    const [, folder, path] = SHARED_FILE.exec(pathname) ?? []
    // Handles of the oldest clients name no server: these take the cloud's, which has another folder.
    if (path === undefined || (folder === undefined && !CLOUD.test(hostname))) return undefined
    const own = `${files}/${path}`
    return own === href ? undefined : own
  }

  function tellSockets(window) {
    replace(window, 'WebSocket', ({ value: WebSocket, ...rest }) => {
      const value = new ownProxy(WebSocket, {
        construct(target, [address, ...more], newTarget) {
          return construct(target, [socketAddress(address), ...more], newTarget)
        },
      })
      replace(WebSocket.prototype, 'constructor', (property) => ({ ...property, value }))
      return { ...rest, value }
    })
  }

  function socketAddress(address) {
    const url = addressOf(address)
    const [, session] = (CLOUD.test(url?.hostname ?? '') && SESSION.exec(url.pathname)) || []
    return session === undefined ? address : `${socketRoot}reflector/${session}`
  }

  /** Clients upload from a worker, which is told where to with each job. */
  function tellUploads({ Worker }) {
    if (!Worker) return
    replace(Worker.prototype, 'postMessage', ({ value: postMessage, ...rest }) => ({
      ...rest,
      value: {
        postMessage(message, ...more) {
          const job = message?.cmd === 'uploadEncrypted' ? uploadToBox(message) : message
          return apply(postMessage, this, [job, ...more])
        },
      }.postMessage,
    }))
  }

  function uploadToBox(job) {
    const { server } = job
    const isText = typeof server === 'string'
    const url = addressOf(isText ? server : server?.url)
    if (!url || !CLOUD.test(url.hostname)) return job
    return { ...job, apiKey: null, server: isText ? files : { url: files, apiKey: null } }
  }

  function quoted(text) {
    return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;')
  }

  /** Pages that are written into a frame or window have none of the box's scripts: it is told when it is reached for. */
  function tellFrames(window) {
    for (const name of ['contentWindow', 'contentDocument']) {
      replace(window.HTMLIFrameElement.prototype, name, ({ get, ...rest }) => ({
        ...rest,
        get() {
          return told(apply(get, this, []))
        },
      }))
    }
    replace(window, 'open', ({ value: open, ...rest }) => ({
      ...rest,
      value: {
        open(...args) {
          return told(apply(open, window, args))
        },
      }.open,
    }))
  }

  /** @param found a window, or its document */
  function told(found) {
    try {
      if (found) tell(found.defaultView ?? found)
    } catch {
      // It is of another origin.
    }
    return found
  }

  /** Puts the box's scripts before all others of pages that frames have in `srcdoc`. */
  function watchFrames({ Element, MutationObserver, HTMLIFrameElement }, document) {
    const tag = `<script src="${quoted(script)}"></script>`
    const watcher = () => {
      const found = document.querySelector('script[data-app][src$="apps/watch-page.js"]')
      if (!found) return ''
      return `<script src="${quoted(found.src)}" data-app="${quoted(found.dataset.app)}"></script>`
    }
    const tellPage = (frame) => {
      const page = frame.getAttribute('srcdoc')
      if (page === null || page.startsWith(tag)) return
      try {
        frame.setAttribute('srcdoc', tag + watcher() + page)
      } catch {
        // A policy for trusted types allows no such text.
      }
    }
    const observer = new MutationObserver((changes) => {
      for (const { target, addedNodes } of changes) {
        if (target instanceof HTMLIFrameElement) tellPage(target)
        for (const node of addedNodes) {
          if (node instanceof HTMLIFrameElement) tellPage(node)
          else node.querySelectorAll?.('iframe[srcdoc]').forEach(tellPage)
        }
      }
    })
    const what = { subtree: true, childList: true, attributeFilter: ['srcdoc'] }
    observer.observe(document, what)
    replace(Element.prototype, 'attachShadow', ({ value: attachShadow, ...rest }) => ({
      ...rest,
      value: {
        attachShadow(options) {
          const shadow = apply(attachShadow, this, [options])
          observer.observe(shadow, what)
          return shadow
        },
      }.attachShadow,
    }))
  }

  tell(globalThis)
}
