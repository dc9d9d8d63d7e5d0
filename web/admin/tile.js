import { element } from './common/element.js'
import { sparkline } from './sparkline.js'

/** A number with what it means, and how it went of late if `hasLine`. */
export class Tile {
  #value = element('strong')
  #unit = element('span', { className: 'unit' })
  #words = element('p')
  #line
  #element

  constructor(title, { hasLine = false } = {}) {
    const line = element('div', { className: 'spark' })
    line.setAttribute('aria-hidden', 'true')
    this.#element = element(
      'div',
      { className: 'tile card' },
      element('h3', { textContent: title }),
      element('p', { className: 'value' }, this.#value, this.#unit),
      this.#words,
      ...(hasLine ? [line] : []),
    )
    if (hasLine) this.#line = sparkline(line)
  }

  get element() {
    return this.#element
  }

  /** @param {{value: string, unit?: string, words?: string, mood?: 'fine' | 'fair' | 'bad', point?: number}} shown */
  show({ value, unit = '', words = '', mood = 'fine', point }) {
    set(this.#value, value)
    set(this.#unit, unit)
    set(this.#words, words)
    this.#element.dataset.mood = mood
    if (point !== undefined) this.#line?.add(point)
  }
}

function set(place, text) {
  if (place.textContent !== text) place.textContent = text
}
