import { boxUrl } from '../common/address.js'
import { appIcon } from '../common/app-icon.js'
import { askedWords } from '../common/asked-words.js'
import { element } from '../common/element.js'
import { needsWords } from '../common/needs-words.js'
import { originWords } from '../common/origin-words.js'
import { shareApp } from '../common/share-app.js'

const MOST_NEEDS = 3
const MOST_NOTES = 2

/** A tile for an app of somebody's own. */
export function appTile(app) {
  const tile = element('li', { className: 'tile app-tile' })
  tile.dataset.tile = app.url
  tile.append(link(app), element('div', { className: 'tile-foot' }))
  return tile
}

/** Gives a tile what it only has while this page runs: who is in it, and a way to share it. */
export function completeTile(tile, app) {
  const share = element('button', { type: 'button', className: 'button', textContent: 'Share' })
  share.setAttribute('aria-label', `Share ${app.title}`)
  share.addEventListener('click', () => shareApp(app))
  tile.querySelector('.tile-foot').replaceChildren(element('span', { className: 'people' }), share)
}

/** Says on a tile how many people are in the app. */
export function showPeople(tile, count) {
  const words = count === 0 ? '' : `${count} in it now`
  const place = tile.querySelector('.people')
  if (place.textContent !== words) place.textContent = words
}

function link(app) {
  const words = element(
    'span',
    { className: 'tile-words' },
    element('strong', { textContent: app.title }),
    ...(app.description ? [element('span', { textContent: app.description })] : []),
    ...(app.needs.length > 0 ? [needs(app)] : []),
    ...app.notes.slice(0, MOST_NOTES).map(note),
    ...(askedWords(app) ? [asked(app)] : []),
    ...(app.origin ? [origin(app)] : []),
  )
  const made = element('a', { className: 'tile-link', href: new URL(app.url, boxUrl).href })
  made.append(appIcon(app, boxUrl), words)
  return made
}

function origin(app) {
  const words = originWords(app)
  return element('span', { className: `origin origin-${app.origin}`, textContent: words })
}

function asked(app) {
  return element('span', { className: 'needs', textContent: askedWords(app, MOST_NEEDS) })
}

function needs(app) {
  return element('span', { className: 'needs', textContent: needsWords(app, MOST_NEEDS) })
}

function note(words) {
  return element('span', { className: 'needs', textContent: words })
}
