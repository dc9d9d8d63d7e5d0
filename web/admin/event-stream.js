import { loginHeaders } from './login-token.js'

/** After this the box is asked again, unless it says otherwise (ms). */
const RETRY_MS = 2000

/**
 * Server-sent events, as `EventSource` has them, which can send no token. It asks again when a connection has broken off,
 * and gives up when the box says no.
 */
export class EventStream extends EventTarget {
  #url
  #abort = new AbortController()
  #retryMs = RETRY_MS
  #retry
  /** whether events come at the moment */
  isOpen = false
  /** whether the box has said no, or `close` was called */
  isClosed = false

  constructor(url) {
    super()
    this.#url = url
    this.#run()
  }

  close() {
    this.isClosed = true
    this.isOpen = false
    clearTimeout(this.#retry)
    this.#abort.abort()
  }

  async #run() {
    try {
      const answer = await fetch(this.#url, {
        headers: { ...loginHeaders(), accept: 'text/event-stream' },
        cache: 'no-store',
        signal: this.#abort.signal,
      })
      if (!answer.ok) this.isClosed = true
      else await this.#read(answer.body)
    } catch {} // It is told below.
    const wasAborted = this.#abort.signal.aborted
    this.isOpen = false
    if (wasAborted) return
    if (!this.isClosed) this.#retry = setTimeout(() => this.#run(), this.#retryMs)
    this.dispatchEvent(new Event('error'))
  }

  async #read(body) {
    this.isOpen = true
    this.dispatchEvent(new Event('open'))
    let rest = ''
    const reader = body.pipeThrough(new TextDecoderStream()).getReader()
    for (;;) {
      const { value, done } = await reader.read()
      if (done) return
      const blocks = (rest + value).split('\n\n')
      rest = blocks.pop()
      for (const block of blocks) this.#take(block)
    }
  }

  /** The box ends a line by one character, and writes no field on two of them but `data`. */
  #take(block) {
    const fields = block.split('\n').map((line) => /^([a-z]+): ?(.*)$/.exec(line) ?? [])
    const valuesOf = (name) => fields.filter(([, key]) => key === name).map(([, , value]) => value)
    const [retry] = valuesOf('retry')
    if (retry !== undefined) this.#retryMs = Number(retry)
    const [event = 'message'] = valuesOf('event')
    const data = valuesOf('data').join('\n')
    if (data !== '') this.dispatchEvent(new MessageEvent(event, { data }))
  }
}
