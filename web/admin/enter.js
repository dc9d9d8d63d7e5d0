import { ask, nextPage } from './api.js'
import { keepToken, loginToken } from './login-token.js'
import { who as nameOf } from './words.js'

const find = (selector) => document.querySelector(selector)

/** No other address gets it, and nobody sees it who looks at the screen. */
const token = location.hash.slice(1)
history.replaceState(null, '', `${location.pathname}${location.search}`)

async function enter() {
  await ask('me', { token })
  const before = await loggedIn()
  if (before && loginToken() !== token) offer(before)
  else goOn(token)
}

/** Whoever is logged in, if that still holds. */
function loggedIn() {
  return loginToken() === '' ? undefined : ask('me').catch(() => undefined)
}

/** Any page can lead here by a link, an app of the box as well: nobody is to be somebody else by that. */
function offer({ who }) {
  find('[data-title]').textContent = 'You are in already.'
  find('[data-words]').textContent =
    `You are logged in by ${nameOf(who)}. With the link you would be somebody else here.`
  find('[data-choice]').hidden = false
  find('[data-stay]').addEventListener('click', () => goOn(loginToken()))
  find('[data-change]').addEventListener('click', () => goOn(token))
}

function goOn(chosen) {
  keepToken(chosen)
  location.replace(nextPage())
}

enter().catch(({ message }) => {
  find('[data-title]').textContent = 'This link does not let you in.'
  find('[data-words]').textContent = message
})
