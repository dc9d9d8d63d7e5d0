import { boxUrl } from '../common/address.js'
import { appTile, completeTile, showPeople } from './app-tile.js'
import { PeopleNews } from './people-news.js'

const REFRESH_MS = 5000
/** The demos are in the page: they wait no longer for the apps that come before them. */
const SHOWN_WITHIN_MS = 1500

/**
 * Shows all apps of the box as tiles, the own ones before the demos that are there already, and how
 * many people are in each, for as long as the page is looked at.
 * @param {HTMLElement} place with all of that
 * @param {{onList: (list: {people: number, sessions: number}) => void, onSilence: () => void}} listeners
 */
export function showApps(place, { onList, onSilence }) {
  const people = new PeopleNews(place.querySelector('[data-people-news]'))
  let next
  const show = () => delete place.dataset.waiting
  const refresh = async () => {
    clearTimeout(next)
    const list = await fetchApps()
    if (list) {
      arrange(place, list.apps)
      people.tell(list.apps)
      onList(list)
    } else onSilence()
    show()
    clearTimeout(next)
    if (document.visibilityState === 'visible') next = setTimeout(refresh, REFRESH_MS)
  }
  setTimeout(show, SHOWN_WITHIN_MS)
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') refresh()
  })
  refresh()
}

/** Undefined if the box does not say. */
async function fetchApps() {
  try {
    const answer = await fetch(new URL('apps', boxUrl), { headers: { accept: 'application/json' } })
    return answer.ok ? await answer.json() : undefined
  } catch {
    return undefined
  }
}

function arrange(place, apps) {
  const own = place.querySelector('[data-own]')
  const demos = place.querySelector('[data-demos]')
  const shown = new Map(Array.from(own.children, (tile) => [tile.dataset.tile, tile]))
  for (const app of apps) {
    if (app.kind === 'demo') showDemo(demos, app)
    else showOwn(own, shown, app)
  }
  for (const tile of shown.values()) tile.remove()
  for (const part of place.querySelectorAll('[data-if-own]')) {
    part.hidden = own.children.length === 0
  }
  place.querySelector('[data-unless-own]').hidden = own.children.length > 0
}

/** Demos have their tiles in the page, or none. */
function showDemo(demos, app) {
  const tile = Array.from(demos.children).find(({ dataset }) => dataset.tile === app.url)
  if (!tile) return
  if (!tile.querySelector('.people')) completeTile(tile, app)
  showPeople(tile, app.people)
}

function showOwn(own, shown, app) {
  const tile = upToDate(shown.get(app.url), app)
  shown.delete(app.url)
  // Who has the focus keeps it: what is in its place already is not moved.
  if (!tile.isConnected) own.insertBefore(tile, tileAfter(own, app))
  showPeople(tile, app.people)
}

/** The tile of an app; a new one if what it shows has changed. */
function upToDate(tile, app) {
  const { people, ...lasting } = app
  const shows = JSON.stringify(lasting)
  if (tile?.dataset.shows === shows) return tile
  const made = appTile(app)
  made.dataset.shows = shows
  completeTile(made, app)
  tile?.replaceWith(made)
  return made
}

/** Before which a new one goes: they are sorted as the box has them, by name. */
function tileAfter(own, { url }) {
  return Array.from(own.children).find((tile) => tile.dataset.tile > url) ?? null
}
