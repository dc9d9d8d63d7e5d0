import { ask } from './api.js'
import { element } from './common/element.js'
import { confirmed } from './dialogs.js'
import { explainFirst } from './live.js'
import { LOST_FOR_GOOD, sessionTitle } from './session-actions.js'
import { counted, date, duration, size } from './words.js'

/** So many are shown at first, and so many more each time… */
const PAGE = 20
/** …up to as many as the API gives at once: who looks for one of more than that types what it is called. */
const MOST = 1000
/** While somebody types, it is asked for when they pause (ms). */
const TYPED_AFTER_MS = 300
/** To look through all that is stored is work: it is done so often at most (ms). */
const AGAIN_AFTER_MS = 5000

/** The sessions that are stored, and that nobody is in. */
export class ParkedSessions {
  #section
  #lines
  #more
  /** by the session's id */
  #rows = new Map()
  #words = ''
  #shown = PAGE
  /** of the newest request: an older one that is answered later is not shown */
  #asked = 0
  #askedAt = -Infinity
  #timer
  #dueAt = Infinity

  constructor(section) {
    this.#section = section
    this.#lines = section.querySelector('[data-lines]')
    this.#more = section.querySelector('[data-more]')
    this.#more.addEventListener('click', () => {
      this.#shown += PAGE
      this.load().catch(explainFirst)
    })
  }

  /** Shows those that have all of these words. */
  filter(words) {
    this.#words = words
    this.#shown = PAGE
    this.#loadAt(performance.now() + TYPED_AFTER_MS)
  }

  /** Some may have come or gone. */
  refresh() {
    const due = Math.max(performance.now(), this.#askedAt + AGAIN_AFTER_MS)
    if (due < this.#dueAt) this.#loadAt(due)
  }

  async load() {
    clearTimeout(this.#timer)
    this.#dueAt = Infinity
    this.#asked += 1
    this.#askedAt = performance.now()
    const mine = this.#asked
    const query = new URLSearchParams({ filter: this.#words, limit: this.#shown })
    const { total, sessions } = await ask(`parked-sessions?${query}`)
    if (mine === this.#asked) this.#show(total, sessions)
  }

  #loadAt(due) {
    clearTimeout(this.#timer)
    this.#dueAt = due
    this.#timer = setTimeout(() => this.load().catch(() => {}), due - performance.now())
  }

  #show(total, sessions) {
    this.#section.hidden = total === 0 && this.#words === ''
    this.#section.querySelector('[data-total]').textContent = counted(total, 'session')
    this.#more.hidden = sessions.length === Math.min(total, MOST)
    const inUse = document.activeElement
    const rows = sessions.map((session) => this.#rows.get(session.id) ?? this.#row(session))
    this.#rows = new Map(sessions.map(({ id }, index) => [id, rows[index]]))
    for (const [index, session] of sessions.entries()) fill(rows[index], session)
    this.#lines.replaceChildren(...rows)
    if (this.#lines.contains(inUse)) inUse.focus()
  }

  #row({ id, name, app }) {
    const title = name || id.slice(0, 8)
    const remove = element('button', {
      type: 'button',
      className: 'button button-small',
      textContent: 'Delete',
    })
    remove.setAttribute('aria-label', `Delete ${title}`)
    remove.addEventListener('click', () =>
      this.#askToDelete(id, sessionTitle({ name: title, app })),
    )
    return element(
      'tr',
      {},
      element(
        'th',
        { scope: 'row', textContent: title },
        element('small', { textContent: ` ${app || 'unknown app'}` }),
      ),
      element('td'),
      element('td', { className: 'number extra' }),
      element('td', { className: 'number' }, remove),
    )
  }

  #askToDelete(id, title) {
    confirmed({
      title: `Delete ${title}?`,
      text: LOST_FOR_GOOD,
      label: 'Delete it',
      isGrave: true,
      run: async () => {
        await ask(`sessions/${id}`, { method: 'DELETE' })
        await this.load()
        return 'It is deleted.'
      },
    })
  }
}

/** What may change of it. */
function fill({ cells: [, visited, stored] }, { visitedAt, snapshots }) {
  visited.textContent = `${duration(Date.now() - visitedAt)} ago`
  visited.title = date(visitedAt)
  stored.textContent = snapshots.count === 0 ? '–' : size(snapshots.bytes)
}
