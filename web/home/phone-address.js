import { boxUrl, isLoopback } from '../common/address.js'
import { copyButton } from '../common/copy-button.js'
import { element } from '../common/element.js'
import { qrCode } from '../common/qr-code.js'

/** Fills `place` with what a phone needs to get here. */
export function showPhoneAddress(place) {
  if (isLoopback(boxUrl.hostname)) return place.append(...networkAddressAdvice())
  place.append(
    qrCode(boxUrl.href, 'QR code with the address of this page'),
    element(
      'div',
      { className: 'address' },
      element('code', { textContent: boxUrl.href }),
      copyButton(() => boxUrl.href, 'Copy address'),
    ),
  )
}

function networkAddressAdvice() {
  const name = element('strong', { textContent: boxUrl.hostname })
  const example = new URL(boxUrl)
  example.hostname = '192.168.1.20'
  return [
    element('p', {}, 'You came here by ', name, ', which only this machine understands.'),
    element(
      'p',
      {},
      'A phone needs this machine’s address on the network. ',
      element('code', { textContent: 'npm start' }),
      ' prints it. Open that address here as well, and this card shows a code to scan.',
    ),
    element('p', {}, 'It looks like ', element('code', { textContent: example.href })),
  ]
}
