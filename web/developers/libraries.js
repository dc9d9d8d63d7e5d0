import { boxUrl } from '../common/address.js'
import { element } from '../common/element.js'

/** Lists in `place` the client libraries the box serves. It stays hidden if the box does not say. */
export async function showLibraries(place) {
  const libraries = await fetch(new URL('lib/', boxUrl), {
    headers: { accept: 'application/json' },
  })
    .then((answer) => (answer.ok ? answer.json() : []))
    .catch(() => [])
  place.querySelector('ul').append(...libraries.map(line))
  place.hidden = libraries.length === 0
}

function line({ name, version, url }) {
  return element(
    'li',
    {},
    element('strong', { textContent: `${name} ${version}` }),
    element('span', {}, element('code', { textContent: new URL(url, boxUrl).pathname })),
  )
}
