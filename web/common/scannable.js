import { addressLine } from './address-line.js'
import { copyButton } from './copy-button.js'
import { element } from './element.js'
import { showLarge } from './large-code.js'
import { qrCode } from './qr-code.js'

/**
 * What brings a phone to one of these addresses: a QR code, the address to type or copy and, of several, the choice.
 * @param {URL[]} addresses at least one; the first is shown
 * @param {string} label what the code is, for those who cannot see it
 */
export function scannable(addresses, label) {
  const code = element('div')
  const lines = element('div', { className: 'address-lines' })
  let shown
  const show = (address) => {
    shown = address
    code.replaceChildren(qrCode(shown.href, label))
    lines.replaceChildren(addressLine(shown))
  }
  show(addresses[0])
  const large = element('button', {
    type: 'button',
    className: 'button show-large',
    textContent: 'Show large',
  })
  large.addEventListener('click', () => showLarge(shown, label))
  const copy = copyButton(() => shown.href)
  const ways = element('div', { className: 'address-ways' }, large, copy)
  return element('div', { className: 'scannable' }, code, lines, ways, ...choice(addresses, show))
}

/** Only the person knows which of its networks a machine shares with the phone. */
function choice(addresses, show) {
  if (addresses.length === 1) return []
  const select = element('select')
  select.append(...addresses.map(({ hostname }) => element('option', { textContent: hostname })))
  select.addEventListener('change', () => show(addresses[select.selectedIndex]))
  return [element('label', {}, 'Not opening? Try another', select)]
}
