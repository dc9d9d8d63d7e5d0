import { ask } from './api.js'
import { element } from './common/element.js'
import { explainFirst } from './live.js'
import { counted, moment } from './words.js'

const ASKED = {
  session: 'wanted to join a session',
  page: 'opened a page',
  file: 'asked for a file, or stored one',
  other: 'asked for something',
}

/** Who was turned away of late, why, and what to do about it. */
export class TurnedAwayList {
  #section
  #lines
  /** what the box counted when the list was asked for last */
  #count
  #isAsking = false

  constructor(section) {
    this.#section = section
    this.#lines = section.querySelector('[data-lines]')
    section.querySelector('[data-forget]').addEventListener('click', () => {
      ask('turned-away', { method: 'DELETE' }).then(() => this.#show([]), explainFirst)
    })
  }

  /** Asks for the list if it has changed. @param count as the box tells it */
  async update(count) {
    if (count === this.#count || this.#isAsking) return
    this.#isAsking = true
    try {
      this.#show(await ask('turned-away'))
      this.#count = count
    } catch {
      // It is asked for again with the next count.
    } finally {
      this.#isAsking = false
    }
  }

  #show(entries) {
    this.#section.hidden = entries.length === 0
    this.#section.querySelector('[data-total]').textContent = counted(
      entries.length,
      'entry',
      'entries',
    )
    this.#lines.replaceChildren(...entries.map(line))
  }
}

function line({ why, remedy, address, origin, app, program, asked, times, lastAt }) {
  const from = origin === null ? [] : [`from a page of ${origin === 'null' ? 'no site' : origin}`]
  const facts = [
    `${address} ${ASKED[asked]}`,
    ...from,
    ...(app === null ? [] : [`app ${app}`]),
    ...(program === null ? [] : [program]),
    `${counted(times, 'time')}, last ${moment(lastAt)}`,
  ]
  return element(
    'li',
    {},
    element('strong', { textContent: why }),
    element('p', { className: 'advice', textContent: remedy }),
    element('small', { textContent: facts.join(' · ') }),
  )
}
