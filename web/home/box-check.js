const ANSWER_WITHIN_MS = 5000
const PINGS = 5

/**
 * Whether the box hands out pages.
 * @returns {Promise<{ok: true, ms: number} | {ok: false, reason: string}>}
 */
export async function checkPages(boxUrl) {
  const started = performance.now()
  try {
    const answer = await fetch(new URL('healthz', boxUrl), {
      cache: 'no-store',
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    })
    if (answer.ok) return { ok: true, ms: performance.now() - started }
    return {
      ok: false,
      reason: `It answers with status ${answer.status}: it is still starting, shutting down, or something in front of it cannot reach it.`,
    }
  } catch {
    return {
      ok: false,
      reason: `No answer from ${boxUrl.host}. Is the box still running, and is this device still on its network?`,
    }
  }
}

/**
 * Whether web sockets get through to the reflector, and how long a message takes there and back.
 * @returns {Promise<{ok: true, ms: number} | {ok: false, reason: string}>} `ms` is the best of a few round trips
 */
export function checkReflector(boxUrl) {
  return new Promise((resolve) => {
    const socket = new WebSocket(reflectorUrl(boxUrl))
    const trips = []
    let hasOpened = false
    const finish = (outcome) => {
      clearTimeout(timer)
      socket.onclose = null
      socket.close(1000)
      resolve(outcome)
    }
    const ping = () => socket.send(JSON.stringify({ action: 'PING', args: performance.now() }))
    const timer = setTimeout(() => finish(refusal(hasOpened)), ANSWER_WITHIN_MS)
    socket.onopen = () => {
      hasOpened = true
      ping()
    }
    socket.onmessage = ({ data }) => {
      const { action, args } = JSON.parse(data)
      if (action !== 'PONG') return
      trips.push(performance.now() - args)
      if (trips.length < PINGS) ping()
      else finish({ ok: true, ms: Math.min(...trips) })
    }
    socket.onclose = () => finish(refusal(hasOpened))
  })
}

function refusal(hasOpened) {
  return {
    ok: false,
    reason: hasOpened
      ? 'The web socket opened, but no answer to a PING came back. Something between here and the box holds messages back.'
      : 'Web sockets do not get through. A proxy in front of the box must pass on the “Upgrade” header for /reflector/.',
  }
}

/** Any session id will do: nobody joins. */
function reflectorUrl(boxUrl) {
  const bytes = crypto.getRandomValues(new Uint8Array(32))
  const sessionId = btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
  const url = new URL(`reflector/${sessionId}`, boxUrl)
  url.protocol = url.protocol.replace('http', 'ws')
  return url
}
