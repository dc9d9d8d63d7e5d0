import { addressLine } from './address-line.js'
import { element } from './element.js'
import { qrCode } from './qr-code.js'

/**
 * Fills the screen with a code and its address, so that it is scanned from the last row of a room. Escape ends it.
 * @param {URL} address
 * @param {string} label what the code is, for those who cannot see it
 */
export function showLarge(address, label) {
  const dialog = element('dialog', { className: 'large-code' })
  dialog.setAttribute('aria-label', label)
  const close = element('button', { type: 'button', className: 'button', textContent: 'Close' })
  close.addEventListener('click', () => dialog.close())
  dialog.addEventListener('close', () => dialog.remove())
  dialog.append(qrCode(address.href, label), addressLine(address), close)
  document.body.append(dialog)
  dialog.showModal()
}
