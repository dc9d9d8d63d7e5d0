import { element } from '../../common/element.js'
import { COLOR_NAMES } from '../shared/palette.js'
import { paper } from './paper.js'

const MOST_SHOWN = 8

/** Shows who is here as coloured dots, oneself first. */
export function showPeopleList(list, people, ownViewId) {
  const others = [...people].filter(([viewId]) => viewId !== ownViewId)
  const own = people.get(ownViewId)
  const dots = others.map(([, person]) => dot(person.color, COLOR_NAMES[person.color]))
  if (own) dots.unshift(dot(own.color, `You (${COLOR_NAMES[own.color]})`))
  list.replaceChildren(...dots.slice(0, MOST_SHOWN))
}

function dot(color, name) {
  const made = element(
    'li',
    { title: name },
    element('span', { className: 'visually-hidden' }, name),
  )
  made.style.setProperty('--color', paper.colors[color])
  return made
}
