import { ask } from './api.js'
import { isLoopback } from './common/address.js'
import { keepToken } from './login-token.js'

const OVER = 410
const ABOUT_ADDRESS = 'The address for others'
const NOT_THE_SAME = 'The two are not the same: type the password again.'

const form = document.querySelector('[data-setup]')
const notice = document.querySelector('[role="alert"]')
const code = location.pathname.split('/').at(-1)

/** Where the box cannot find out by which address others open it, its admin can say so. */
if (form.dataset.asks === 'address') {
  for (const part of form.querySelectorAll('[data-said]')) part.hidden = false
  const { said } = form.elements
  said.disabled = false
  said.value = isLoopback(location.hostname) ? '' : location.hostname
}

async function setUp({ password, again, said }) {
  if (password !== again) throw new Error(NOT_THE_SAME)
  const body = { code, password, ...(said && { said }) }
  const { token } = await ask('setup', { method: 'POST', body, token: '' })
  keepToken(token)
  location.replace('../')
}

form.addEventListener('submit', async (event) => {
  event.preventDefault()
  const button = form.querySelector('button')
  notice.textContent = ''
  button.disabled = true
  try {
    await setUp(Object.fromEntries(new FormData(form)))
  } catch (refusal) {
    // The box has a page that says what to do.
    if (refusal.status === OVER) location.reload()
    notice.textContent = refusal.message
    button.disabled = false
    const { again, said } = form.elements
    if (refusal.message.startsWith(ABOUT_ADDRESS)) said.select()
    else again.select()
  }
})
