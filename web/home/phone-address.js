import { addressByName, boxUrl, isLoopback, phoneAddresses } from '../common/address.js'
import { element } from '../common/element.js'
import { scannable } from '../common/scannable.js'

/** Fills `place` with what a phone needs to get here. */
export async function showPhoneAddress(place) {
  const addresses = await phoneAddresses(boxUrl)
  if (addresses.length === 0) return place.append(...networkAddressAdvice())
  if (isLoopback(boxUrl.hostname)) {
    place.append(element('p', { textContent: 'Phones on the same network open this.' }))
  }
  place.append(scannable(addresses, 'QR code with the address of this page'))
  const named = await addressByName()
  if (named) place.append(element('p', {}, 'Or type, on most devices, ', typed(named)))
}

function typed({ href }) {
  return element('code', { textContent: href })
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
      'A phone needs this machine’s address on the network. The box prints it when it starts, or ' +
        'how to tell it. Open that address here as well, and this card shows a code to scan.',
    ),
    element('p', {}, 'It looks like ', element('code', { textContent: example.href })),
  ]
}
