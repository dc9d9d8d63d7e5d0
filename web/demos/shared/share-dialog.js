import { isLoopback } from '../../common/address.js'
import { copyButton } from '../../common/copy-button.js'
import { element } from '../../common/element.js'
import { qrCode } from '../../common/qr-code.js'
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
  const close = element('button', { type: 'button', className: 'button', textContent: 'Close' })
  close.addEventListener('click', () => dialog.close())
  dialog.append(
    element('h2', { id: 'share-title', textContent: 'Bring others in' }),
    ...invitation(address),
    privateSession(address),
    close,
  )
  return dialog
}

function invitation(address) {
  const copyable = element(
    'div',
    { className: 'address' },
    element('code', { textContent: address.href }),
    copyButton(() => address.href),
  )
  if (!isLoopback(address.hostname)) {
    return [
      element('p', {
        textContent: 'Scan this, or open the address, and you are in the same session.',
      }),
      qrCode(address.href, 'QR code with the address of this session'),
      copyable,
    ]
  }
  return [
    element('p', { textContent: 'In another window of this machine, open the same address:' }),
    copyable,
    element(
      'p',
      {},
      'A phone does not know ',
      element('code', { textContent: address.hostname }),
      '. Open this page by the machine’s network address, which ',
      element('code', { textContent: 'npm start' }),
      ' prints; then there is a code to scan here.',
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
