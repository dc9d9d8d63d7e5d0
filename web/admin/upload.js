import { apiUrl, Refusal, refusalOf } from './api.js'
import { isArchive } from './app-choice.js'
import { loginHeaders } from './login-token.js'

const BROKE_OFF =
  'The upload broke off, and nothing has changed on the box. It was not reached, a file changed meanwhile, or the app is far too large.'

/**
 * Deploys an app. `fetch` does not tell how far an upload is.
 * @param {string} name
 * @param {import('./app-choice.js').Choice} choice
 * @param {{signal: AbortSignal, isAsItIs: boolean, onSent: (bytes: number, all: number) => void}} options
 *   `isAsItIs`: whether it is meant though it seems that it is not built yet
 * @returns {Promise<object>} what the box answers; rejects with a `Refusal`, never if it was aborted
 */
export function deploy(name, choice, { signal, isAsItIs, onSent }) {
  const request = new XMLHttpRequest()
  const query = isAsItIs ? '?asIs=true' : ''
  request.open('POST', new URL(`apps/${encodeURIComponent(name)}${query}`, apiUrl))
  for (const [header, value] of Object.entries(loginHeaders())) {
    request.setRequestHeader(header, value)
  }
  request.responseType = 'json'
  request.upload.addEventListener('progress', ({ loaded, total }) => onSent(loaded, total))
  signal.addEventListener('abort', () => request.abort())
  return new Promise((resolve, reject) => {
    request.addEventListener('load', () => {
      const { status, response } = request
      if (status === 201) resolve(response)
      else reject(refusalOf(status, response ?? {}))
    })
    request.addEventListener('error', () => reject(new Refusal(0, BROKE_OFF)))
    request.send(formOf(choice))
  })
}

function formOf(choice) {
  const form = new FormData()
  for (const { path, file } of choice.files) {
    form.append(isArchive(choice) ? 'archive' : path, file)
  }
  return form
}
