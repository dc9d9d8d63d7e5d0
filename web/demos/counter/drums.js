import { element } from '../../common/element.js'

const FEWEST = 3

/** Digits on drums that turn when they change. */
export class Drums {
  #place
  #drums = []

  constructor(place) {
    this.#place = place
  }

  /** @param {number} count a whole number */
  show(count) {
    const digits = String(Math.abs(count)).padStart(FEWEST, '0')
    this.#place.classList.toggle('negative', count < 0)
    while (this.#drums.length > digits.length) this.#drums.shift().remove()
    while (this.#drums.length < digits.length) this.#addDrum()
    this.#place.style.setProperty('--drums', String(digits.length))
    for (const [index, digit] of [...digits].entries()) {
      this.#drums[index].style.setProperty('--digit', digit)
    }
  }

  #addDrum() {
    const strip = element('span', { className: 'strip', textContent: [...'0123456789'].join('\n') })
    const drum = element('span', { className: 'drum' }, strip)
    this.#drums.unshift(drum)
    this.#place.prepend(drum)
  }
}
