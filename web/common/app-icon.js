import { element } from './element.js'

/**
 * What an app is known by: its own icon, or its initial on a colour.
 * @param {{name: string, title: string, icon: string | null}} app the address of its icon relative to the box's root
 * @param {URL} root where the box's pages begin
 */
export function appIcon(app, root) {
  if (!app.icon) return drawnIcon(app)
  const picture = element('img', { className: 'icon', alt: '', width: 64, height: 64 })
  picture.addEventListener('error', () => picture.replaceWith(drawnIcon(app)))
  picture.src = new URL(app.icon, root).href
  return picture
}

/** The initial, on a colour that the name has each time. */
function drawnIcon({ name, title }) {
  const [initial = '?'] = title.match(/[\p{L}\p{N}]/u) ?? []
  const drawn = element('span', {
    className: 'icon icon-drawn',
    textContent: initial.toLocaleUpperCase(),
    ariaHidden: 'true',
  })
  drawn.style.setProperty('--hue', hueOf(name))
  return drawn
}

/** The colour of a name, in degrees. Names that are alike get colours that are not. */
export function hueOf(name) {
  return seedOf(name) % 360
}

/** A whole number that a name has each time (FNV-1a, and its bits mixed). */
export function seedOf(name) {
  const sum = [...name].reduce(
    (hash, letter) => Math.imul(hash ^ letter.codePointAt(0), 0x01000193),
    0x811c9dc5,
  )
  const mixed = Math.imul(sum ^ (sum >>> 16), 0x85ebca6b)
  return (mixed ^ (mixed >>> 13)) >>> 0
}
