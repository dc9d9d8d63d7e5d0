import { ask } from './api.js'
import { confirmed } from './dialogs.js'
import { counted } from './words.js'

export const LOST_FOR_GOOD =
  'Messages, snapshots and what the app saved are gone for good; files follow within two days. This cannot be undone.'

/** How long it is asked which pages have shown a notice, and how often (ms). */
const FOLLOW_MS = 120_000
const FOLLOW_EVERY_MS = 1000

/** What can be done to a session, each after a question that names it. */
const QUESTIONS = {
  notice: (path, title) => ({
    title: `Send a notice to ${title}`,
    text: 'Everybody in this session sees it for as long as it takes to read.',
    label: 'Send',
    field: 'What to say',
    run: async (text, open) => {
      const counts = await ask(`${path}/notices`, { method: 'POST', body: { text } })
      followNotice(`${path}/notices/${counts.id}`, open)
      return noticeWords(counts)
    },
  }),
  snapshot: (path, title) => ({
    title: `Ask ${title} for a snapshot?`,
    text: 'One of the people’s devices saves what there is. Their app may stand still for a moment.',
    label: 'Ask',
    run: async () => {
      const { asked } = await ask(`${path}/snapshot`, { method: 'POST' })
      return `${counted(asked, 'client was', 'clients were')} asked. It takes a few seconds until it is here; right after a snapshot they make no other.`
    },
  }),
  close: (path, title) => ({
    title: `Close ${title}?`,
    text: 'Everybody is disconnected. What they made is kept: whoever opens the app again goes on with it.',
    label: 'Close it',
    isGrave: true,
    run: async () => {
      await ask(`${path}/close`, { method: 'POST' })
      return 'It is closed.'
    },
  }),
  delete: (path, title) => ({
    title: `Delete ${title}?`,
    text: `Everybody is disconnected. ${LOST_FOR_GOOD}`,
    label: 'Delete it',
    isGrave: true,
    run: async () => {
      await ask(path, { method: 'DELETE' })
      return 'It is deleted.'
    },
  }),
}

/** Says how many pages have shown it by now, as long as somebody may read that. */
async function followNotice(path, { say, signal }) {
  const end = Date.now() + FOLLOW_MS
  while (Date.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, FOLLOW_EVERY_MS))
    if (signal.aborted) return
    // A box that does not answer now, or has forgotten it, leaves what was last known.
    const counts = await ask(path).catch(() => undefined)
    if (signal.aborted || !counts) return
    say(noticeWords(counts))
    if (counts.seen === counts.told) return
  }
}

function noticeWords({ told, seen }) {
  const words = `Sent to ${counted(told, 'person', 'people')}. ${shownWords(seen)}.`
  if (seen === told) return words
  return `${words} A tab in the background shows it when its person comes back to it; pages of other servers do not say whether they show it.`
}

function shownWords(seen) {
  return seen === 0 ? 'No page has shown it yet' : `${counted(seen, 'page')} showed it`
}

/** What a session is called where somebody is asked about it. */
export function sessionTitle({ name, app }) {
  const words = [app, name].filter((word) => word)
  return words.length === 0 ? 'this session' : `“${words.join(' · ')}”`
}

/**
 * @param {string} path of the session
 * @param {() => string} title of it, as it is known then
 */
export function offerActions(place, path, title) {
  for (const button of place.querySelectorAll('[data-action]')) {
    button.addEventListener('click', () =>
      confirmed(QUESTIONS[button.dataset.action](path, title())),
    )
    // Until now a click would have been lost.
    button.disabled = false
  }
}
