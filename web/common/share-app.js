import { boxUrl, isLoopback, phoneAddresses } from './address.js'
import { copyButton } from './copy-button.js'
import { element } from './element.js'
import { scannable } from './scannable.js'

/**
 * Opens a dialog with what brings others to an app: a code to scan, and its address.
 * @param {{title: string, url: string}} app its address relative to the box's root
 * @param {{root?: URL, asked?: URL}} places where the box's pages begin; and where it is asked by which addresses others reach them
 */
export async function shareApp({ title, url }, { root = boxUrl, asked = root } = {}) {
  const dialog = element('dialog', { className: 'share' })
  dialog.setAttribute('closedby', 'any')
  dialog.setAttribute('aria-label', `Share ${title}`)
  dialog.addEventListener('close', () => dialog.remove())
  const close = element('button', { type: 'button', className: 'button', textContent: 'Close' })
  close.addEventListener('click', () => dialog.close())
  dialog.append(element('h2', { textContent: title }), close)
  document.body.append(dialog)
  dialog.showModal()
  close.before(...(await invitation(new URL(url, root), title, asked)))
}

async function invitation(address, title, asked) {
  const addresses = await phoneAddresses(address, asked)
  if (addresses.length === 0) return networkAddressAdvice(address)
  const words = isLoopback(address.hostname)
    ? 'Phones and computers on the same network open this.'
    : 'Scan this, or open the address.'
  return [
    element('p', { textContent: words }),
    scannable(addresses, `QR code with the address of ${title}`),
  ]
}

function networkAddressAdvice(address) {
  return [
    element(
      'p',
      {},
      'Others do not know ',
      element('code', { textContent: address.hostname }),
      '. Open this page by the machine’s network address, which the box prints when it starts; ' +
        'then there is a code to scan here. In another window of this machine, open:',
    ),
    element(
      'div',
      { className: 'address' },
      element('code', { textContent: address.href }),
      copyButton(() => address.href),
    ),
  ]
}
