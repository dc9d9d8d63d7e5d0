import { addressByName, boxUrl, phoneAddresses } from '../common/address.js'
import { element } from '../common/element.js'
import { scannable } from '../common/scannable.js'

/** Fills `place` with what a phone needs to get here. */
export async function showJoinCard(place) {
  const addresses = await phoneAddresses(boxUrl)
  if (addresses.length === 0) return place.append(...addressAdvice())
  place.append(scannable(addresses, 'QR code with the address of this page'))
  const named = await addressByName()
  if (!named) return
  const typed = element('code', { textContent: named.host })
  place.append(element('p', {}, 'Or type, on most devices, ', typed))
}

function addressAdvice() {
  const name = element('strong', { textContent: boxUrl.hostname })
  const example = new URL(boxUrl)
  example.hostname = '192.168.1.20'
  return [
    element('p', {}, 'Other devices do not find the box by ', name, '.'),
    element(
      'p',
      {},
      'Open this page by the address of this machine on its network, such as ',
      element('code', { textContent: example.href }),
      ', and a code to scan is here.',
    ),
  ]
}
