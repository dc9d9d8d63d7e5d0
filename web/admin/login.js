import { ask, nextPage } from './api.js'
import { keepToken, loginToken } from './login-token.js'

const OVER = 'Your login has ended. Log in again to go on where you were.'

const form = document.querySelector('[data-login]')
const notice = document.querySelector('[role="alert"]')

async function logIn() {
  const { password } = Object.fromEntries(new FormData(form))
  const body = { password, kind: 'browser' }
  const { token } = await ask('login', { method: 'POST', body, token: '' })
  keepToken(token)
  location.replace(nextPage())
}

form.addEventListener('submit', async (event) => {
  event.preventDefault()
  const button = form.querySelector('button')
  notice.textContent = ''
  button.disabled = true
  try {
    await logIn()
  } catch ({ message }) {
    notice.textContent = message
    button.disabled = false
    form.elements.password.select()
  }
})

if (new URLSearchParams(location.search).has('over')) notice.textContent = OVER

if (loginToken() !== '') {
  ask('me').then(
    () => location.replace(nextPage()),
    () => {},
  )
}
