import { element } from './element.js'

const LABEL = 'Copy'
const THANKS_MS = 2000

/** A button that puts `text()` on the clipboard and says so. */
export function copyButton(text) {
  const button = element('button', { type: 'button', className: 'button', textContent: LABEL })
  button.setAttribute('aria-live', 'polite')
  button.addEventListener('click', async () => {
    button.textContent = (await copy(text(), button)) ? 'Copied' : 'Not allowed here'
    setTimeout(() => {
      button.textContent = LABEL
    }, THANKS_MS)
  })
  return button
}

/**
 * Browsers give pages on plain http no clipboard, but let a text field copy its selection.
 * @param {HTMLElement} near has the focus afterwards
 * @returns {Promise<boolean>} whether the browser allowed it
 */
export async function copy(text, near) {
  if (globalThis.isSecureContext && navigator.clipboard) {
    return navigator.clipboard.writeText(text).then(
      () => true,
      () => false,
    )
  }
  const field = element('textarea', { value: text, readOnly: true, className: 'visually-hidden' })
  near.after(field)
  field.select()
  const copied = document.execCommand('copy')
  field.remove()
  near.focus()
  return copied
}
