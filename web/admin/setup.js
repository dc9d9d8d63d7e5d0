import { ask } from './api.js'
import { keepToken } from './login-token.js'

const OVER = 410
const NOT_THE_SAME = 'The two are not the same: type the password again.'

const form = document.querySelector('[data-setup]')
const notice = document.querySelector('[role="alert"]')
const code = location.pathname.split('/').at(-1)

async function setUp({ password, again }) {
  if (password !== again) throw new Error(NOT_THE_SAME)
  const { token } = await ask('setup', { method: 'POST', body: { code, password }, token: '' })
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
    form.elements.again.select()
  }
})
