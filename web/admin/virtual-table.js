import { element } from './common/element.js'

/** Lines above and below what is to be seen. */
const MARGIN = 6

/**
 * A table of which only the lines on screen are elements of the page, however many there are.
 * @typedef {{key: string, title: string, isNumber?: boolean, text: (row: object) => string, href?: (row: object) => string}} Column
 */
export class VirtualTable {
  #columns
  #rows = []
  #lines = []
  #body = element('div', { className: 'vt-body' })
  #scroller = element('div', { className: 'vt', tabIndex: 0 })
  #headings = new Map()
  #onScreen
  #isPlanned = false
  #first = -1
  #last = -1

  /**
   * @param {{label: string, columns: Column[], onSort: (key: string) => void, onScreen: (rows: object[]) => void}} options
   *   `onScreen` is told whenever other rows can be seen
   */
  constructor(place, { label, columns, onSort, onScreen }) {
    this.#columns = columns
    this.#onScreen = onScreen
    role(this.#scroller, 'table')
    this.#scroller.setAttribute('aria-label', label)
    role(this.#body, 'rowgroup')
    this.#scroller.append(role(element('div', {}, this.#head(onSort)), 'rowgroup'), this.#body)
    this.#scroller.addEventListener('scroll', () => this.#plan(), { passive: true })
    new ResizeObserver(() => this.#plan()).observe(this.#scroller)
    place.append(this.#scroller)
  }

  /** Shows these, in this order. */
  set rows(rows) {
    this.#rows = rows
    this.#scroller.setAttribute('aria-rowcount', rows.length + 1)
    this.#first = -1
    this.#plan()
  }

  /** Says by which column they are sorted. */
  showOrder(key, order) {
    for (const [other, heading] of this.#headings) {
      heading.setAttribute('aria-sort', other === key ? order : 'none')
    }
  }

  /** What is on screen may have changed. */
  refresh() {
    this.#plan()
  }

  #head(onSort) {
    const cells = this.#columns.map(({ key, title, isNumber }) => {
      const button = element('button', { type: 'button', textContent: title })
      button.addEventListener('click', () => onSort(key))
      const heading = role(
        element('div', { className: cellClass(key, isNumber) }, button),
        'columnheader',
      )
      this.#headings.set(key, heading)
      return heading
    })
    const head = role(element('div', { className: 'vt-row vt-head' }, ...cells), 'row')
    head.setAttribute('aria-rowindex', 1)
    return head
  }

  #plan() {
    if (this.#isPlanned) return
    this.#isPlanned = true
    requestAnimationFrame(() => {
      this.#isPlanned = false
      this.#render()
    })
  }

  #render() {
    const height = Number.parseFloat(
      getComputedStyle(this.#scroller).getPropertyValue('--row-height'),
    )
    const { scrollTop, clientHeight } = this.#scroller
    const first = Math.max(0, Math.floor(scrollTop / height) - MARGIN)
    const last = Math.min(
      this.#rows.length,
      Math.ceil((scrollTop + clientHeight) / height) + MARGIN,
    )
    this.#body.style.height = `${this.#rows.length * height}px`
    const shown = this.#rows.slice(first, last)
    for (const [index, row] of shown.entries()) this.#line(index).show(row, first + index, height)
    for (const line of this.#lines.slice(shown.length)) line.hide()
    if (first === this.#first && last === this.#last) return
    this.#first = first
    this.#last = last
    this.#onScreen(shown)
  }

  #line(index) {
    if (!this.#lines[index]) {
      const line = new Line(this.#columns)
      this.#lines[index] = line
      this.#body.append(line.element)
    }
    return this.#lines[index]
  }
}

class Line {
  #columns
  #cells
  #element
  #shown = {}

  constructor(columns) {
    this.#columns = columns
    this.#cells = columns.map(({ key, isNumber, href }) => {
      const content = href ? element('a', { className: 'vt-link' }) : element('span')
      const cell = role(element('div', { className: cellClass(key, isNumber) }, content), 'cell')
      return { cell, content }
    })
    const cells = this.#cells.map(({ cell }) => cell)
    this.#element = role(element('div', { className: 'vt-row' }, ...cells), 'row')
  }

  get element() {
    return this.#element
  }

  show(row, index, height) {
    this.#set('hidden', false, () => {
      this.#element.hidden = false
    })
    this.#set('index', index * height, () => {
      this.#element.style.transform = `translateY(${index * height}px)`
      this.#element.setAttribute('aria-rowindex', index + 2)
    })
    this.#columns.forEach(({ key, text, href, isNumber }, column) => {
      const { content } = this.#cells[column]
      this.#set(key, text(row), (words) => {
        content.textContent = words
        if (!isNumber) content.title = words
      })
      if (href) {
        this.#set(`${key} link`, href(row), (url) => {
          content.href = url
        })
      }
    })
  }

  hide() {
    this.#set('hidden', true, () => {
      this.#element.hidden = true
    })
  }

  /** Touches the page only if something is another. */
  #set(name, value, write) {
    if (this.#shown[name] === value) return
    this.#shown[name] = value
    write(value)
  }
}

function role(target, name) {
  target.setAttribute('role', name)
  return target
}

function cellClass(key, isNumber) {
  return `vt-cell vt-${key}${isNumber ? ' number' : ''}`
}
