import { boxUrl } from '../common/address.js'
import { appPicture } from '../common/app-picture.js'
import { element } from '../common/element.js'
import { shareApp } from '../common/share-app.js'
import { secureWay } from './secure-way.js'

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
    ...(app.description ? [line('about', app.description)] : []),
    ...(app.needsInternet ? [line('needs', 'Needs the internet')] : []),
  )
  const made = element('a', { className: 'tile-link', href: new URL(app.url, boxUrl).href })
  secureWay(app).then((href) => {
    made.href = href
  })
  made.append(appPicture(app, boxUrl), words)
  return made
}

function line(className, textContent) {
  return element('span', { className, textContent })
}
