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
  // Names that are alike get colours that are not.
  drawn.style.setProperty('--hue', (seedOf(name) * 137) % 360)
  return drawn
}

/** A whole number that a name has each time. */
export function seedOf(name) {
  return [...name].reduce((hash, letter) => (hash * 31 + letter.codePointAt(0)) >>> 0, 7)
}
