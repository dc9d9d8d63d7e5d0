import { element } from '../../common/element.js'
import { COLOR_NAMES } from '../shared/palette.js'
import { paper } from './paper.js'

/** The drawing tools: which colour and pen are chosen. */
export class Toolbar {
  #form

  constructor(form) {
    this.#form = form
    form.querySelector('[data-colors]').append(...COLOR_NAMES.map(swatch))
  }

  get width() {
    return Number(this.#form.elements.width.value)
  }

  get color() {
    return Number(this.#form.elements.color.value)
  }

  set color(color) {
    this.#form.elements.color.value = String(color)
  }
}

function swatch(name, color) {
  const input = element('input', {
    type: 'radio',
    name: 'color',
    value: String(color),
    ariaLabel: name,
  })
  const label = element('label', { title: name }, input, element('span'))
  label.style.setProperty('--color', paper.colors[color])
  return label
}
