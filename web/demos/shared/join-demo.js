import { boxUrl } from '../../common/address.js'
import { showConnection } from './connection-state.js'
import { App, Session } from './croquet.js'
import { sessionAt } from './session-address.js'
import { wireShareButton } from './share-dialog.js'

/** The most that the client library allows: a stroke and its cursor must not queue behind one another. */
const SENDS_PER_SECOND = 60

/**
 * Joins the session that the page's address names, on the box the page came from.
 * The page says how the connection is; `globalThis.session` is the session, for the console.
 */
export async function joinDemo({ appId, model, view }) {
  showConnection('joining')
  wireShareButton(document.querySelector('[data-share]'))
  App.sync = false
  App.messages = true
  App.messageFunction = showMessage
  globalThis.session = await Session.join({
    appId,
    ...sessionAt(new URL(location)),
    model,
    view,
    eventRateLimit: SENDS_PER_SECOND,
    box: boxUrl.pathname,
  })
}

/** The client's own warnings are about the connection, which the page shows in its own words. */
function showMessage(text, { level, showSyncWait }) {
  if (showSyncWait === 'fatal') showConnection('closed', inPlainWords(text))
  else if (level === 'error') reportError(new Error(text))
}

function inPlainWords(text) {
  if (text.includes('password')) return 'This address does not have the password of this session.'
  return `${text}. Reload to try again.`
}
