import { appIcon, hueOf, seedOf } from './app-icon.js'
import { element } from './element.js'

const SVG = 'http://www.w3.org/2000/svg'
const [COLUMNS, ROWS, CELL] = [8, 4, 60]
/** Shapes in a cell, by their paths; its corner is at 0 0. */
const SHAPES = [
  'M0 0h60a60 60 0 0 1-60 60z',
  'M60 0v60a60 60 0 0 1-60-60z',
  'M60 60h-60a60 60 0 0 1 60-60z',
  'M0 60v-60a60 60 0 0 1 60 60z',
  'M0 30a30 30 0 0 1 60 0z',
  'M0 30a30 30 0 0 0 60 0z',
  'M0 0h30v60h-30z',
  'M30 8a22 22 0 1 1 0 44a22 22 0 1 1 0-44z',
]
const TONES = ['tone-1', 'tone-2', 'tone-3']
/** Of ten cells, so many stay empty. */
const EMPTY_OF_TEN = 3

/**
 * The picture of an app for its tile: its own one, or a pattern that its name has each time, with its icon or initial.
 * @param {{name: string, title: string, icon: string | null, picture: string | null}} app addresses relative to the root
 * @param {URL} root where the box's pages begin
 */
export function appPicture(app, root) {
  const place = element('span', { className: 'picture' })
  if (!app.picture) {
    place.append(...drawn(app, root))
    return place
  }
  const photo = element('img', { alt: '', loading: 'lazy', decoding: 'async' })
  photo.addEventListener('error', () => place.replaceChildren(...drawn(app, root)))
  photo.src = new URL(app.picture, root).href
  place.append(photo)
  return place
}

function drawn(app, root) {
  const icon = appIcon(app, root)
  icon.classList.add('picture-icon')
  return [pattern(app.name), icon]
}

function pattern(name) {
  const next = numbersOf(seedOf(name))
  const svg = document.createElementNS(SVG, 'svg')
  svg.setAttribute('viewBox', `0 0 ${COLUMNS * CELL} ${ROWS * CELL}`)
  svg.setAttribute('preserveAspectRatio', 'xMidYMid slice')
  svg.setAttribute('aria-hidden', 'true')
  svg.setAttribute('class', 'pattern')
  svg.style.setProperty('--hue', hueOf(name))
  svg.style.setProperty('--turn', next(150) - 75)
  // A pattern that repeats is calmer than one that does not: half of it is the other half, turned.
  const cells = (COLUMNS * ROWS) / 2
  for (let cell = 0; cell < cells; cell += 1) {
    const isEmpty = next(10) < EMPTY_OF_TEN
    const [shape, tone] = [SHAPES[next(SHAPES.length)], TONES[next(TONES.length)]]
    if (isEmpty) continue
    const [x, y] = [(cell % COLUMNS) * CELL, Math.floor(cell / COLUMNS) * CELL]
    const [otherX, otherY] = [COLUMNS * CELL - x, ROWS * CELL - y]
    svg.append(path(shape, tone, `translate(${x} ${y})`))
    svg.append(path(shape, tone, `translate(${otherX} ${otherY}) rotate(180)`))
  }
  return svg
}

function path(d, tone, transform) {
  const made = document.createElementNS(SVG, 'path')
  made.setAttribute('d', d)
  made.setAttribute('class', tone)
  made.setAttribute('transform', transform)
  return made
}

/** Whole numbers below a limit, the same ones for the same seed (mulberry32). */
function numbersOf(seed) {
  let state = seed
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit
  }
}
