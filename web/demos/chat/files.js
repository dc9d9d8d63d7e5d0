import { boxUrl, isLoopback, phoneAddresses } from '../../common/address.js'
import { element } from '../../common/element.js'

const PREVIEW_PIXELS = 160
/** Only these are shown: as anything else, a file could run script on a page of the box. */
const PICTURE_TYPE = /^image\/(avif|bmp|gif|jpeg|png|webp)$/

/**
 * A picture's size, and a preview so small that it can be in a message: so everybody has at least that.
 * Of a file that is no picture, only an empty preview.
 * @param {number} longestPreview in characters of its data URL
 */
export async function previewOf(file, longestPreview) {
  const bitmap = PICTURE_TYPE.test(file.type)
    ? await createImageBitmap(file).catch(() => undefined)
    : undefined
  if (!bitmap) return { preview: '' }
  const { width, height } = bitmap
  const canvas = document.createElement('canvas')
  const context = canvas.getContext('2d')
  let preview
  let longerSide = PREVIEW_PIXELS
  do {
    const scale = longerSide / Math.max(width, height)
    canvas.width = Math.max(1, Math.round(width * scale))
    canvas.height = Math.max(1, Math.round(height * scale))
    context.fillStyle = '#fff'
    context.fillRect(0, 0, canvas.width, canvas.height)
    context.drawImage(bitmap, 0, 0, canvas.width, canvas.height)
    preview = canvas.toDataURL('image/jpeg', 0.6)
    longerSide *= 0.8
  } while (preview.length > longestPreview)
  return { width, height, preview }
}

/**
 * A file on the page: a picture at once, by its preview and then as it is; anything else when it is asked for.
 * @param {{ name: string, type: string, size: number, width?: number, height?: number, preview: string, origin: string }} file
 * @param {string} sender
 * @param {() => Promise<Uint8Array>} fetchBytes
 */
export function sharedFile(file, sender, fetchBytes) {
  const status = element('p', { className: 'file-status' })
  const save = element('a', { className: 'save', download: file.name }, ...named('Save', file))
  const get = element('button', { type: 'button', className: 'button' }, ...named('Get it', file))
  const isPicture = PICTURE_TYPE.test(file.type) && file.preview !== ''
  const picture = element('img', { src: file.preview })
  picture.alt = `Picture ${file.name} from ${sender}`
  // So that the preview takes the room that the picture will take.
  picture.style.setProperty('--width', `${file.width}px`)
  picture.style.setProperty('--ratio', String(file.width / file.height))
  save.hidden = true

  const load = async () => {
    get.hidden = true
    status.textContent = 'Loading…'
    try {
      const type = isPicture ? file.type : 'application/octet-stream'
      const address = URL.createObjectURL(new Blob([await fetchBytes()], { type }))
      if (isPicture) picture.src = address
      save.href = address
      save.hidden = false
      if (!isPicture) save.focus()
      status.textContent = ''
    } catch {
      status.textContent = whyMissing(file, sender)
      get.replaceChildren(...named('Try again', file))
      get.hidden = false
    }
    shown.dataset.file = save.hidden ? 'missing' : 'loaded'
  }
  get.addEventListener('click', load)

  const about = element('span', {}, element('b', {}, file.name), ` ${inWords(file.size)}`)
  const caption = element('figcaption', {}, about, save, get)
  const shown = element('figure', { className: 'file' }, ...(isPicture ? [picture] : []), caption)
  shown.append(status)
  if (isPicture) load()
  return shown
}

/** A control's label, with the name of its file for those who do not see where it stands. */
function named(label, { name }) {
  return [label, element('span', { className: 'visually-hidden' }, ` ${name}`)]
}

/** The handle has the address that the sender had; elsewhere it may lead nowhere. */
function whyMissing({ origin }, sender) {
  if (origin === location.origin)
    return 'The box did not hand this file out. It may not have it any more.'
  return (
    `This file cannot be had from this address. ${sender} sent it from ${origin}, which this device ` +
    `does not reach. Ask ${sender} to open the chat at ${location.origin} and send it again.`
  )
}

/** Says in `place` that whoever came by `localhost` gives files an address that leads other devices to themselves. */
export async function warnOfLoopback(place) {
  if (!isLoopback(boxUrl.hostname)) return
  const [other] = await phoneAddresses(new URL(location))
  place.append(`Files you send from ${location.host} open on this machine only.`)
  if (other) {
    const link = element('a', { href: other.href, textContent: other.host })
    place.append(' For other devices, send them from ', link, '.')
  }
  place.hidden = false
}

export function inWords(bytes) {
  if (bytes < 2 ** 20) return `${Math.ceil(bytes / 2 ** 10)} KB`
  return `${(bytes / 2 ** 20).toFixed(1).replace('.0', '')} MB`
}
