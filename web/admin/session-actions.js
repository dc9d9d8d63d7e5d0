import { ask } from './api.js'
import { confirmed } from './dialogs.js'
import { counted } from './words.js'

export const LOST_FOR_GOOD =
  'Messages, snapshots and what the app saved are gone for good; files follow within two days. This cannot be undone.'

/** What can be done to a session, each after a question. */
const QUESTIONS = {
  notice: (path) => ({
    title: 'Send a notice',
    text: 'Everybody in this session sees it for a few seconds, unless their app hides such messages.',
    label: 'Send',
    field: 'What to say',
    run: async (text) => {
      const { told } = await ask(`${path}/notices`, { method: 'POST', body: { text } })
      return `Sent to ${counted(told, 'person', 'people')}.`
    },
  }),
  snapshot: (path) => ({
    title: 'Ask for a snapshot?',
    text: 'One of the people’s devices saves what there is. Their app may stand still for a moment.',
    label: 'Ask',
    run: async () => {
      const { asked } = await ask(`${path}/snapshot`, { method: 'POST' })
      return `${counted(asked, 'client was', 'clients were')} asked. It takes a few seconds until it is here; right after a snapshot they make no other.`
    },
  }),
  close: (path) => ({
    title: 'Close the session?',
    text: 'Everybody is disconnected. What they made is kept: whoever opens the app again goes on with it.',
    label: 'Close it',
    isGrave: true,
    run: async () => {
      await ask(`${path}/close`, { method: 'POST' })
      return 'It is closed.'
    },
  }),
  delete: (path) => ({
    title: 'Delete the session?',
    text: `Everybody is disconnected. ${LOST_FOR_GOOD}`,
    label: 'Delete it',
    isGrave: true,
    run: async () => {
      await ask(path, { method: 'DELETE' })
      return 'It is deleted.'
    },
  }),
}

/** @param {string} path of the session */
export function offerActions(place, path) {
  for (const button of place.querySelectorAll('[data-action]')) {
    button.addEventListener('click', () => confirmed(QUESTIONS[button.dataset.action](path)))
  }
}
