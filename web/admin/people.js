import { ask } from './api.js'
import { element } from './common/element.js'
import { confirmed } from './dialogs.js'
import { duration, number } from './words.js'

/** Who is in a session, a line each. */
export class People {
  #place
  #path
  #title
  #lines = new Map()

  /**
   * @param {string} path of the session
   * @param {() => string} title of it, as it is known then
   */
  constructor(place, path, title) {
    this.#place = place
    this.#path = path
    this.#title = title
  }

  show(members, at) {
    const here = new Set(members.map(({ connection }) => connection))
    for (const [connection, line] of this.#lines) {
      if (here.has(connection)) continue
      line.row.remove()
      this.#lines.delete(connection)
    }
    for (const member of members) this.#line(member).show(member, at)
  }

  #line(member) {
    const { connection } = member
    const line =
      this.#lines.get(connection) ?? new PersonLine(member, () => this.#disconnect(member))
    if (!this.#lines.has(connection)) {
      this.#lines.set(connection, line)
      this.#place.append(line.row)
    }
    return line
  }

  #disconnect({ name, connection }) {
    confirmed({
      title: `Disconnect ${name} from ${this.#title()}?`,
      text: 'Their app says that they were disconnected. They can come back by reloading the page.',
      label: 'Disconnect',
      isGrave: true,
      run: async () => {
        await ask(`${this.#path}/members/${encodeURIComponent(connection)}`, { method: 'DELETE' })
        return `${name} is disconnected.`
      },
    })
  }
}

class PersonLine {
  #latency = element('td', { className: 'number' })
  #since = element('td', { className: 'number' })
  #row

  constructor({ name, role, address, boxHost, library, code }, disconnect) {
    const button = element('button', {
      type: 'button',
      className: 'button button-small',
      textContent: 'Disconnect',
    })
    button.setAttribute('aria-label', `Disconnect ${name}`)
    button.addEventListener('click', disconnect)
    const who = element('th', { scope: 'row', textContent: name })
    if (role === 'viewer') who.append(element('span', { className: 'tag', textContent: 'watches' }))
    const from = element('td', { textContent: address })
    from.append(element('small', { textContent: ` by ${boxHost}` }))
    this.#row = element(
      'tr',
      {},
      who,
      from,
      this.#latency,
      this.#since,
      element('td', { textContent: library || '–' }),
      element('td', {}, element('code', { textContent: code || '–' })),
      element('td', {}, button),
    )
  }

  get row() {
    return this.#row
  }

  show({ latencyMs, since }, at) {
    set(this.#latency, latencyMs === null ? '–' : `${number(latencyMs)} ms`)
    set(this.#since, duration(at - since))
  }
}

function set(place, text) {
  if (place.textContent !== text) place.textContent = text
}
