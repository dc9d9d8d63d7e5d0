import { element } from './common/element.js'

/**
 * Asks whether something is to be done, and does it.
 * @param {{title: string, text: string, label: string, isGrave?: boolean, field?: string,
 *   run: (text: string, open: {say: (words: string) => void, signal: AbortSignal}) => Promise<string>}} question
 *   `field`: what to write, if something is to be; `run` resolves with what was done, in words, or rejects with why not.
 *   Later it may `say` something newer, until `signal` tells that the dialog is closed
 */
export function confirmed({ title, text, label, isGrave = false, field, run }) {
  const input = field && element('textarea', { rows: 3, maxLength: 500, required: true })
  const outcome = element('p', { className: 'outcome' })
  outcome.setAttribute('role', 'status')
  const go = button(label, isGrave ? 'button button-danger' : 'button button-main', 'submit')
  const cancel = button('Cancel', 'button', 'button')
  const heading = element('h2', { textContent: title, id: 'dialog-title' })
  const form = element(
    'form',
    { method: 'dialog' },
    heading,
    element('p', { textContent: text }),
    ...(input ? [element('label', {}, field, input)] : []),
    outcome,
    element('div', { className: 'buttons' }, cancel, go),
  )
  const dialog = element('dialog', {}, form)
  dialog.setAttribute('aria-labelledby', heading.id)
  const closed = new AbortController()
  const say = (words) => {
    outcome.textContent = words
  }
  cancel.addEventListener('click', () => dialog.close())
  dialog.addEventListener('close', () => {
    closed.abort()
    dialog.remove()
  })
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    go.disabled = true
    try {
      say(await run(input?.value ?? '', { say, signal: closed.signal }))
      go.remove()
      cancel.textContent = 'Close'
      cancel.focus()
    } catch (refusal) {
      say(refusal.message)
      go.disabled = false
    }
  })
  document.body.append(dialog)
  dialog.showModal()
}

function button(textContent, className, type) {
  return element('button', { textContent, className, type })
}
