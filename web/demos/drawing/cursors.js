import { element } from '../../common/element.js'
import { COLOR_NAMES } from '../shared/palette.js'
import { paper } from './paper.js'

/** Beyond this much of the board there may be no room for a name after the cursor. */
const NEAR_EDGE = 0.85

/** People's cursors, as elements over the board. */
export class Cursors {
  #place
  #cursors = new Map()

  constructor(place) {
    this.#place = place
  }

  /**
   * @param {Map<string, { color: number, cursor: [number, number] | null }>} people by view id
   * @param {string} hiddenViewId whose cursor is not shown
   */
  show(people, hiddenViewId) {
    for (const [viewId, cursor] of this.#cursors) {
      if (!people.get(viewId)?.cursor || viewId === hiddenViewId) this.#remove(viewId, cursor)
    }
    for (const [viewId, person] of people) {
      if (person.cursor && viewId !== hiddenViewId) this.#move(viewId, person)
    }
  }

  #move(viewId, { color, cursor: [x, y] }) {
    const made = this.#cursors.get(viewId) ?? this.#make(viewId)
    made.style.left = `${(100 * x) / paper.width}%`
    made.style.top = `${(100 * y) / paper.height}%`
    made.style.setProperty('--color', paper.colors[color])
    made.dataset.name = COLOR_NAMES[color]
    made.classList.toggle('at-right', x > paper.width * NEAR_EDGE)
    made.classList.toggle('at-bottom', y > paper.height * NEAR_EDGE)
  }

  #make(viewId) {
    const made = element('span', { className: 'cursor' })
    this.#cursors.set(viewId, made)
    this.#place.append(made)
    return made
  }

  #remove(viewId, cursor) {
    cursor.remove()
    this.#cursors.delete(viewId)
  }
}
