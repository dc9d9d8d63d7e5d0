import { element } from './common/element.js'

const MARKS = { problem: '!', hint: 'i', fine: '✓' }

/** Shows why people do or do not see each other. Said aloud only if it is something new. */
export function showFindings(place, findings) {
  const text = JSON.stringify(findings)
  if (place.dataset.shown === text) return
  place.dataset.shown = text
  place.replaceChildren(...findings.map(card))
}

function card({ level, title, detail, advice, sessions }) {
  const mark = element('span', { className: 'mark', textContent: MARKS[level] })
  mark.setAttribute('aria-hidden', 'true')
  const words = element(
    'div',
    {},
    element('h3', { textContent: title }),
    element('p', { textContent: detail }),
    element('p', { className: 'advice', textContent: advice }),
    ...(sessions.length > 0 ? [links(sessions)] : []),
  )
  const made = element('article', { className: 'finding card' }, mark, words)
  made.dataset.level = level
  return made
}

function links(sessions) {
  const anchors = sessions.map((id) =>
    element('a', { href: `session.html?id=${id}`, textContent: id.slice(0, 8) }),
  )
  return element('p', { className: 'elsewhere' }, 'See the other session: ', ...spaced(anchors))
}

function spaced(items) {
  return items.flatMap((item, index) => (index === 0 ? [item] : [', ', item]))
}
