import { apiUrl, ask, isLoggedOut, loginUrl } from './api.js'
import { element } from './common/element.js'
import { EventStream } from './event-stream.js'

/** How long a box that does not answer is left alone (ms). */
const TRY_AGAIN_AFTER_MS = 3000
const EVENTS = ['overview', 'session', 'log']
const NO_ANSWER = 'The box does not answer. Trying again…'

const banner = document.querySelector('[data-banner]')

/**
 * Keeps a page up to date, over restarts of the box and nights.
 * @param {() => Record<string, string>} shown the query that tells what is on screen
 * @param {Record<string, (data: object) => void>} handlers by event; `opened` is called whenever what came before may have been missed
 * @returns {{refresh: () => void}} to be called when something else is on screen
 */
export function watch(shown, handlers) {
  let source
  let retry

  function open(isGapless) {
    clearTimeout(retry)
    const before = source
    const events = new URL(`events?${new URLSearchParams(shown())}`, apiUrl)
    const mine = new EventStream(events)
    source = mine
    let hasBeenOpen = false
    mine.addEventListener('open', () => {
      retire(before)
      say('')
      if (hasBeenOpen || !isGapless) handlers.opened?.()
      hasBeenOpen = true
    })
    for (const name of EVENTS) {
      mine.addEventListener(name, ({ data }) => {
        if (mine === source || name === 'overview') handlers[name]?.(JSON.parse(data))
      })
    }
    mine.addEventListener('error', () => {
      if (mine !== source) return
      before?.close()
      say(NO_ANSWER)
      if (mine.isClosed) explain()
    })
  }

  /** The stream gives up for good when the box says no. */
  async function explain() {
    try {
      await ask('health')
    } catch (refusal) {
      if (isLoggedOut(refusal)) {
        sayLoggedOut()
        return
      }
    }
    retry = setTimeout(() => open(false), TRY_AGAIN_AFTER_MS)
  }

  open(false)
  return { refresh: () => open(source.isOpen) }
}

/** Closes it when it has told once more: what came before its successor was there, only it knows. */
function retire(source) {
  source?.addEventListener('overview', () => source.close())
}

/** Says that what a page asked for first did not work, or leads to where to log in. */
export function explainFirst(refusal) {
  if (isLoggedOut(refusal)) {
    location.replace(loginUrl())
    return
  }
  const again = element('a', { href: location.href, textContent: 'Load this page again' })
  again.addEventListener('click', () => location.reload())
  banner.replaceChildren(`${refusal.message} `, again)
  for (const heading of document.querySelectorAll('h1')) {
    if (heading.textContent.startsWith('Looking')) heading.textContent = 'Not loaded'
  }
}

/** Says why what a page shows is not up to date any more; without a reason, that it is again. */
export function explainStale(refusal) {
  if (!refusal) say('')
  else if (isLoggedOut(refusal)) sayLoggedOut()
  else say(refusal.status === 0 ? NO_ANSWER : `${refusal.message} Trying again…`)
}

function sayLoggedOut() {
  const link = element('a', { href: loginUrl(), textContent: 'Log in' })
  banner.replaceChildren('You are not logged in any more. ', link)
}

function say(words) {
  if (banner.textContent !== words) banner.textContent = words
}
