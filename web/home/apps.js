import { boxUrl } from '../common/address.js'
import { appTile, completeTile, showPeople } from './app-tile.js'
import { PeopleNews } from './people-news.js'

const REFRESH_MS = 5000

/**
 * Shows all apps of the box as tiles, the own ones before the demos that are there already, and how
 * many people are in each, for as long as the page is looked at.
 */
export function showApps({ tiles, noApps, news }) {
  const people = new PeopleNews(news)
  let next
  const refresh = async () => {
    clearTimeout(next)
    const apps = await fetchApps()
    if (apps) {
      arrange(tiles, apps)
      noApps.hidden = apps.some(({ kind }) => kind === 'app')
      people.tell(apps)
    }
    clearTimeout(next)
    if (document.visibilityState === 'visible') next = setTimeout(refresh, REFRESH_MS)
  }
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') refresh()
  })
  refresh()
}

/** Undefined if the box does not say. */
async function fetchApps() {
  try {
    const answer = await fetch(new URL('apps', boxUrl), { headers: { accept: 'application/json' } })
    return answer.ok ? (await answer.json()).apps : undefined
  } catch {
    return undefined
  }
}

function arrange(tiles, apps) {
  const shown = new Map(Array.from(tiles.children, (tile) => [tile.dataset.tile, tile]))
  const firstDemo = tiles.querySelector('.demo-tile')
  for (const app of apps) {
    const tile = upToDate(shown.get(app.url), app)
    if (!tile) continue
    shown.delete(app.url)
    // Who has the focus keeps it: what is in its place already is not moved.
    if (!tile.isConnected) tiles.insertBefore(tile, placeFor(app, tiles, firstDemo))
    showPeople(tile, app.people)
  }
  for (const tile of shown.values()) if (tile.matches('.app-tile')) tile.remove()
}

/** The tile of an app; a new one if what it shows has changed. Demos have theirs in the page, or none. */
function upToDate(tile, app) {
  if (app.kind === 'demo') {
    if (tile && !tile.querySelector('.people')) completeTile(tile, app)
    return tile
  }
  const { people, ...lasting } = app
  const shows = JSON.stringify(lasting)
  if (tile?.dataset.shows === shows) return tile
  const made = appTile(app)
  made.dataset.shows = shows
  completeTile(made, app)
  tile?.replaceWith(made)
  return made
}

/** Before which tile a new one goes: own apps are sorted as the box has them, by name. */
function placeFor({ url }, tiles, firstDemo) {
  const own = Array.from(tiles.querySelectorAll('.app-tile'))
  return own.find((tile) => tile.dataset.tile > url) ?? firstDemo
}
