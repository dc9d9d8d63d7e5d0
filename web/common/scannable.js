import { copyButton } from './copy-button.js'
import { element } from './element.js'
import { qrCode } from './qr-code.js'

/**
 * What brings a phone to one of these addresses: a QR code, the address to copy and, of several, the choice.
 * @param {URL[]} addresses at least one; the first is shown
 * @param {string} label what the code is, for those who cannot see it
 */
export function scannable(addresses, label) {
  const code = element('div')
  const text = element('code')
  let shown
  const show = (address) => {
    shown = address.href
    code.replaceChildren(qrCode(shown, label))
    text.textContent = shown
  }
  show(addresses[0])
  const copyable = element(
    'div',
    { className: 'address' },
    text,
    copyButton(() => shown),
  )
  return element('div', { className: 'scannable' }, code, copyable, ...choice(addresses, show))
}

/** Only the person knows which of its networks a machine shares with the phone. */
function choice(addresses, show) {
  if (addresses.length === 1) return []
  const select = element('select')
  select.append(...addresses.map(({ hostname }) => element('option', { textContent: hostname })))
  select.addEventListener('change', () => show(addresses[select.selectedIndex]))
  return [element('label', {}, 'Not opening? Try another', select)]
}
