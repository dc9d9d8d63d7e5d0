import { showAddresses } from './addresses.js'
import { ask, isLoggedOut, loginUrl } from './api.js'
import { copyButton } from './common/copy-button.js'
import { element } from './common/element.js'
import { forgetToken } from './login-token.js'
import { who as nameOf } from './words.js'

const MAY = { admin: 'may do everything', monitor: 'may look, and change nothing' }

const NO_LOGIN = 409

const find = (name) => document.querySelector(`[data-${name}]`)
const dateTime = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' })

await attempt(async () => {
  const me = await ask('me')
  find('me').textContent = wordsAbout(me)
  const isAdmin = me.role === 'admin'
  find('for-admins').hidden = !isAdmin
  find('log-out-everywhere').hidden = !isAdmin
  find('password').hidden = !me.canChangePassword
  if (isAdmin) await showTokens()
  await showAddresses(find('addresses'), isAdmin)
})

find('log-out').addEventListener('click', () => attempt(() => logOut(false)))
find('log-out-everywhere').addEventListener('click', () => attempt(() => logOut(true)))
find('make').addEventListener('submit', (event) => {
  event.preventDefault()
  attempt(() => makeToken(event.target))
})
find('change').addEventListener('submit', (event) => {
  event.preventDefault()
  changePassword(event.target)
})

async function logOut(everywhere) {
  await ask('logout', { method: 'POST', body: { everywhere } }).catch((refusal) => {
    // Who is in by a link or a token just goes: the link stays good.
    if (everywhere || refusal.status !== NO_LOGIN) throw refusal
  })
  forgetToken()
  location.assign('login')
}

async function makeToken(form) {
  const { name, role, hours } = Object.fromEntries(new FormData(form))
  const body = { name, role, ...(hours && { hours: Number(hours) }) }
  const { token } = await ask('tokens', { method: 'POST', body })
  form.reset()
  find('made').textContent =
    'Here is the token. It is shown this once: copy it to where it is needed.'
  const code = find('token').querySelector('code')
  code.textContent = token
  find('token').replaceChildren(
    code,
    copyButton(() => token),
  )
  find('token').hidden = false
  await showTokens()
  code.focus()
}

async function showTokens() {
  const tokens = await ask('tokens')
  find('tokens').replaceChildren(...tokens.toReversed().map(tokenItem))
  find('no-tokens').hidden = tokens.length > 0
}

function tokenItem({ id, name, role, createdAt, expiresAt, lastUsedAt }) {
  const revoke = element('button', { className: 'button', type: 'button', textContent: 'Revoke' })
  revoke.setAttribute('aria-label', `Revoke ${name}`)
  revoke.addEventListener('click', () =>
    attempt(async () => {
      await ask(`tokens/${encodeURIComponent(id)}`, { method: 'DELETE' })
      find('made').textContent = `${name} is good no more.`
      find('token').hidden = true
      await showTokens()
    }),
  )
  const facts = [
    MAY[role],
    `made ${timeOf(createdAt)}`,
    expiresAt ? `good until ${timeOf(expiresAt)}` : 'good until revoked',
    lastUsedAt ? `last used ${timeOf(lastUsedAt)}` : 'never used',
  ]
  const about = element('small', { textContent: facts.join(' · ') })
  return element(
    'li',
    {},
    element('div', {}, element('strong', { textContent: name }), about),
    revoke,
  )
}

async function changePassword(form) {
  const { current, password, again } = Object.fromEntries(new FormData(form))
  const outcome = find('outcome')
  outcome.textContent = ''
  if (password !== again) {
    outcome.textContent = 'The two are not the same: type the new password again.'
    return
  }
  try {
    await ask('password', { method: 'PUT', body: { current, password } })
    location.assign('login')
  } catch (refusal) {
    outcome.textContent = refusal.message
  }
}

/** Does it, or says why not; who is not logged in any more is led to where they can. */
async function attempt(work) {
  try {
    find('banner').textContent = ''
    await work()
  } catch (refusal) {
    if (isLoggedOut(refusal)) location.replace(loginUrl())
    else find('banner').textContent = refusal.message
  }
}

function wordsAbout({ who, role, expires }) {
  const until = expires ? `, until ${timeOf(expires)} at the latest` : ''
  return `You are in by ${nameOf(who)} and ${MAY[role].replace('may', 'you may')}${until}.`
}

function timeOf(text) {
  return dateTime.format(new Date(text))
}
