import { isLoopback, phoneAddresses } from '../../common/address.js'
import { copyButton } from '../../common/copy-button.js'
import { element } from '../../common/element.js'
import { scannable } from '../../common/scannable.js'
import { App } from './croquet.js'
import { addressOf } from './session-address.js'

/** Makes `button` open a dialog that helps others into this session. */
export function wireShareButton(button) {
  const dialog = shareDialog(new URL(location))
  document.body.append(dialog)
  button.addEventListener('click', () => dialog.showModal())
}

function shareDialog(address) {
  const dialog = element('dialog', { className: 'share', id: 'share' })
  dialog.setAttribute('aria-labelledby', 'share-title')
  dialog.setAttribute('closedby', 'any')
  const title = element('h2', { id: 'share-title', textContent: 'Bring others in' })
  const close = element('button', { type: 'button', className: 'button', textContent: 'Close' })
  close.addEventListener('click', () => dialog.close())
  dialog.append(title, privateSession(address), close)
  invitation(address).then((parts) => title.after(...parts))
  return dialog
}

async function invitation(address) {
  const addresses = await phoneAddresses(address)
  if (addresses.length === 0) return networkAddressAdvice(address)
  const words = isLoopback(address.hostname)
    ? 'Phones on the same network open this, and are in the same session.'
    : 'Scan this, or open the address, and you are in the same session.'
  return [
    element('p', { textContent: words }),
    scannable(addresses, 'QR code with the address of this session'),
  ]
}

function networkAddressAdvice(address) {
  return [
    element('p', { textContent: 'In another window of this machine, open the same address:' }),
    element(
      'div',
      { className: 'address' },
      element('code', { textContent: address.href }),
      copyButton(() => address.href),
    ),
    element(
      'p',
      {},
      'A phone does not know ',
      element('code', { textContent: address.hostname }),
      '. Open this page by the machine’s network address, which the box prints when it starts; ' +
        'then there is a code to scan here.',
    ),
  ]
}

function privateSession(address) {
  const link = element('a', {
    href: addressOf(address, { name: App.randomSession(), password: App.randomPassword() }).href,
    textContent: 'Start a session of your own',
  })
  return element('p', {}, link, ': only those you give its address can join it or read it.')
}
