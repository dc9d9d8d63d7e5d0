import { boxUrl, noAnswer, Refusal, refusalOf } from './api.js'
import { explainFirst } from './live.js'
import { loginHeaders } from './login-token.js'

/** What a browser cannot open by itself, as it brings no token. */
const SHOWN = /^(?:metrics|sessions|users\/[\w-]+)$/

const find = (selector) => document.querySelector(selector)
const path = new URLSearchParams(location.search).get('of') ?? ''

async function show() {
  if (!SHOWN.test(path)) throw new Refusal(404, 'There is nothing to see.')
  find('[data-title]').textContent = `/${path}`
  document.title = `/${path} · Croquet in a box`
  const answer = await fetch(new URL(path, boxUrl), { headers: loginHeaders() }).catch((cause) => {
    throw noAnswer(cause)
  })
  if (!answer.ok) throw refusalOf(answer.status, await answer.json().catch(() => ({})))
  const text = await answer.text()
  find('[data-text]').textContent = text === '' ? 'Nothing at the moment.' : text
}

show().catch(explainFirst)
