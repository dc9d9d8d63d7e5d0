/** @typedef {'joining' | 'joined' | 'reconnecting' | 'closed'} ConnectionState */

const WORDS = {
  joining: 'Connecting…',
  joined: 'Connected',
  reconnecting: 'Reconnecting…',
  closed: 'Disconnected.',
}
const PATIENCE_MS = 5000

const page = document.documentElement
let patience

/**
 * Says in the page's `[data-connection]` and in `<html data-state>` how the connection is. Closed is for good.
 * @param {ConnectionState} state
 * @param {string} [reason] why it closed
 */
export function showConnection(state, reason = '') {
  if (page.dataset.state === state || page.dataset.state === 'closed') return
  page.dataset.state = state
  say(`${WORDS[state]} ${reason}`.trim())
  clearTimeout(patience)
  if (state === 'joining' || state === 'reconnecting') {
    patience = setTimeout(say, PATIENCE_MS, 'No answer from the box. Still trying…')
  }
}

function say(words) {
  document.querySelector('[data-connection]').textContent = words
}
