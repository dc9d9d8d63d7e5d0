import { VirtualTable } from './virtual-table.js'
import { duration, number, size } from './words.js'

/** What is on screen is told when it was so for a moment (ms). */
const SETTLED_AFTER_MS = 300

const COLUMNS = [
  {
    key: 'name',
    title: 'Session',
    text: ({ name, id }) => name || id.slice(0, 8),
    href: ({ id }) => `session.html?id=${id}`,
  },
  { key: 'app', title: 'App', text: ({ app }) => app || 'unknown' },
  { key: 'users', title: 'People', isNumber: true, text: ({ users }) => `${users}` },
  {
    key: 'messagesPerSecond',
    title: 'Messages/s',
    isNumber: true,
    text: ({ messagesPerSecond }) => number(messagesPerSecond),
  },
  {
    key: 'bytesPerSecond',
    title: 'Data/s',
    isNumber: true,
    text: ({ bytesPerSecond }) => size(bytesPerSecond),
  },
  {
    key: 'startedAt',
    title: 'Open for',
    isNumber: true,
    text: ({ startedAt }) => duration(Date.now() - startedAt),
  },
  {
    key: 'joinBytes',
    title: 'To catch up',
    isNumber: true,
    text: ({ joinBytes }) => (joinBytes === 0 ? 'nothing' : size(joinBytes)),
  },
  { key: 'host', title: 'Page of', text: ({ host }) => host },
]
/** What is sorted from the most at the first click. */
const MOST_FIRST = COLUMNS.filter(({ isNumber }) => isNumber).map(({ key }) => key)

/** The table of all sessions, to be filtered and sorted here, where they all are. */
export class SessionTable {
  #lines = new Map()
  #words = []
  #sort = 'startedAt'
  #order = 'descending'
  #table
  #rows = []
  #settling
  #onChange

  /** @param {{onScreen: (ids: string[]) => void, onChange: (shown: number, all: number) => void}} observer */
  constructor(place, { onScreen, onChange }) {
    this.#onChange = onChange
    this.#table = new VirtualTable(place, {
      label: 'Sessions',
      columns: COLUMNS,
      onSort: (key) => this.#sortBy(key),
      onScreen: (rows) => {
        clearTimeout(this.#settling)
        const ids = rows.map(({ id }) => id)
        this.#settling = setTimeout(() => onScreen(ids), SETTLED_AFTER_MS)
      },
    })
    this.#table.showOrder(this.#sort, this.#order)
  }

  /** These are all there are. */
  replace(lines) {
    this.#lines = new Map(lines.map((line) => [line.id, withText(line)]))
    this.#arrange()
  }

  /** Some came or changed, some went; of others only numbers moved. */
  update({ changed, closed, rows }) {
    for (const line of changed) this.#lines.set(line.id, withText(line))
    for (const id of closed) this.#lines.delete(id)
    for (const line of rows) {
      const known = this.#lines.get(line.id)
      if (known) Object.assign(known, line)
    }
    if (changed.length + closed.length > 0) this.#arrange()
    else this.#table.refresh()
  }

  /** Shows those that have all of these words. */
  filter(text) {
    this.#words = text.toLowerCase().split(/\s+/).filter(Boolean)
    this.#arrange()
  }

  #sortBy(key) {
    const isSame = key === this.#sort
    const first = MOST_FIRST.includes(key) ? 'descending' : 'ascending'
    const other = first === 'descending' ? 'ascending' : 'descending'
    this.#order = isSame && this.#order === first ? other : first
    this.#sort = key
    this.#table.showOrder(key, this.#order)
    this.#arrange()
  }

  #arrange() {
    const words = this.#words
    const all = [...this.#lines.values()]
    this.#rows =
      words.length === 0
        ? all
        : all.filter(({ text }) => words.every((word) => text.includes(word)))
    const key = this.#sort
    const sign = this.#order === 'ascending' ? 1 : -1
    this.#rows.sort(
      (one, another) => sign * compare(one[key], another[key]) || compare(one.id, another.id),
    )
    this.#table.rows = this.#rows
    this.#onChange(this.#rows.length, all.length)
  }
}

function withText(line) {
  const { app, name, host, id } = line
  return { ...line, text: `${app} ${name} ${host} ${id}`.toLowerCase() }
}

function compare(one, other) {
  if (one === other) return 0
  return one < other ? -1 : 1
}
