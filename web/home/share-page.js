import { boxUrl } from '../common/address.js'
import { copy } from '../common/copy-button.js'

const LABEL = 'Share'
const THANKS_MS = 2000

/** Has `button` give this page to others as phones do, or else put its address on the clipboard. */
export function wireSharePage(button) {
  button.addEventListener('click', async () => {
    if (navigator.share) return offer()
    button.textContent = (await copy(boxUrl.href, button)) ? 'Address copied' : 'Not allowed here'
    setTimeout(() => {
      button.textContent = LABEL
    }, THANKS_MS)
  })
  button.hidden = false
}

function offer() {
  return navigator.share({ title: document.title, url: boxUrl.href }).catch((error) => {
    // They thought better of it.
    if (error.name !== 'AbortError') throw error
  })
}
