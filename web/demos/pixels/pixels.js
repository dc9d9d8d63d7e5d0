import { element } from '../../common/element.js'
import { announce } from '../shared/announce.js'
import { Constants, Model } from '../shared/croquet.js'
import { DemoView } from '../shared/demo-view.js'
import { joinDemo } from '../shared/join-demo.js'

/**
 * What everybody must agree on. Being Croquet constants they are part of the session's identity, as is the code of the
 * model: change either, and people meet in a new session, in which nobody has ever been.
 */
Constants.picture = {
  width: 48,
  height: 48,
  colorCount: 16,
  /** ms of teatime: the picture is handed to the box at most so often */
  persistEveryMs: 2000,
}

/* The model: it runs on everybody's device, gets the same messages in the same order, and so is the same everywhere. */

/** The shared picture: rows of cells, a cell being the number of its colour. Colour 0 is the paper. */
export class Picture extends Model {
  /**
   * @param {object} _options
   * @param {{ version: 1, rows: string[] }} [persisted] what `persist` handed over, in this version of the code or an
   * older one: this is how the picture comes into a session in which nobody has ever been
   */
  init(_options, persisted) {
    const { width, height } = Constants.picture
    this.rows = Array.from({ length: height }, () => new Array(width).fill(0))
    if (persisted?.version === 1) this.takeOver(persisted.rows)
    this.willPersist = false
    this.subscribe(this.id, 'paint', this.paint)
    this.subscribe(this.sessionId, 'view-join', this.tellPeople)
    this.subscribe(this.sessionId, 'view-exit', this.tellPeople)
  }

  /** The sheet of another version may have had another size, or more colours. */
  takeOver(rows) {
    for (const [y, row] of rows.entries()) {
      for (const [x, digit] of [...row].entries()) this.setCell(x, y, Number.parseInt(digit, 16))
    }
  }

  /** `cells` is `[[x, y], …]`. */
  paint({ by, color, cells }) {
    for (const [x, y] of cells) this.setCell(x, y, color)
    this.publish(this.id, 'painted', { by, count: cells.length })
    if (this.willPersist) return
    this.willPersist = true
    this.future(Constants.picture.persistEveryMs).persist()
  }

  setCell(x, y, color) {
    const isColor = Number.isInteger(color) && color >= 0 && color < Constants.picture.colorCount
    if (isColor && this.rows[y]?.[x] !== undefined) this.rows[y][x] = color
  }

  /**
   * Hands the picture to the box, in a form that does not depend on the code: later versions have to read it. Croquet
   * asks all devices whether theirs is the same, and one of them uploads it, encrypted; it does so every 25 s at most.
   * While a session goes on nobody needs it: those who join get a snapshot of the whole model.
   */
  persist() {
    this.willPersist = false
    const rows = this.rows.map((row) => row.map((color) => color.toString(16)).join(''))
    this.persistSession(() => ({ version: 1, rows }))
  }

  tellPeople() {
    this.publish(this.sessionId, 'people', this.viewCount)
  }
}

Picture.register('Picture')

/* The view: it shows the model on this device, and sends what this person paints. */

const COLORS = [
  ['Paper', '#fdfdfb'],
  ['Black', '#1d2420'],
  ['Grey', '#8b948e'],
  ['Brown', '#7d4a26'],
  ['Red', '#c8372d'],
  ['Orange', '#ec7d2d'],
  ['Yellow', '#f2c230'],
  ['Sand', '#f0d7b0'],
  ['Light green', '#8fcb72'],
  ['Green', '#24784c'],
  ['Teal', '#0b7f8c'],
  ['Light blue', '#79c1ee'],
  ['Blue', '#1f5fbf'],
  ['Violet', '#7442b8'],
  ['Pink', '#ef8fb4'],
  ['Crimson', '#a3195b'],
]
/** A view sends at most so often what its person painted. */
const SEND_EVERY_MS = 60
/** Cells in one message: far below the 16 KiB that a message may hold. */
const MAX_CELLS_IN_MESSAGE = 1000
const SAVED_PIXELS_PER_CELL = 16
const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }

const { width, height } = Constants.picture
const find = (selector) => document.querySelector(selector)
const sheet = find('[data-sheet]')
const canvas = find('[data-canvas]')
const cursor = find('[data-cursor]')
const tools = find('[data-tools]')
const save = find('[data-save]')
find('[data-colors]').append(...COLORS.map(swatch))
tools.elements.color.value = '4'
sheet.style.setProperty('--columns', String(width))
sheet.style.setProperty('--rows', String(height))
Object.assign(canvas, { width, height })

/** Shows the picture, and sends what this person paints. */
export class PictureView extends DemoView {
  /** Painted by this person and not in the model yet: `{ x, y, color }`, the first ones sent. */
  #own = []
  #sent = 0
  #sentAt = 0
  #isStale = true
  /** Where the finger was, while it is down. */
  #from
  #cursor = [Math.floor(width / 2), Math.floor(height / 2)]

  constructor(model) {
    super(model)
    this.subscribe(model.id, 'painted', this.showPainted)
    this.#wirePointer()
    this.#wireKeyboard()
    this.listen(save, 'click', () => {
      save.href = pictureAddress()
    })
  }

  #wirePointer() {
    this.listen(sheet, 'pointerdown', (event) => {
      if (event.button !== 0) return
      event.preventDefault()
      sheet.focus({ focusVisible: false, preventScroll: true })
      sheet.setPointerCapture(event.pointerId)
      this.#from = cellAt(event)
      this.#paintTo(this.#from)
    })
    this.listen(sheet, 'pointermove', (event) => {
      if (this.#from) this.#paintTo(cellAt(event))
    })
    const lift = () => {
      this.#from = undefined
    }
    this.listen(sheet, 'pointerup', lift)
    this.listen(sheet, 'pointercancel', lift)
  }

  /** Paints all cells on the way from where the finger was. */
  #paintTo([x, y]) {
    const [fromX, fromY] = this.#from
    const steps = Math.max(Math.abs(x - fromX), Math.abs(y - fromY), 1)
    for (let step = 0; step <= steps; step++) {
      const share = step / steps
      this.#paint(Math.round(fromX + (x - fromX) * share), Math.round(fromY + (y - fromY) * share))
    }
    this.#from = [x, y]
  }

  #paint(x, y) {
    const color = Number(tools.elements.color.value)
    const known = this.#own.findLast((cell) => cell.x === x && cell.y === y)
    if ((known?.color ?? this.model.rows[y]?.[x] ?? color) === color) return
    this.#own.push({ x, y, color })
    this.#isStale = true
  }

  #wireKeyboard() {
    this.listen(sheet, 'keydown', (event) => {
      if (event.key in WAYS) this.#move(WAYS[event.key])
      else if (event.key !== ' ') return
      event.preventDefault()
      if (event.key === ' ' || event.shiftKey) this.#paint(...this.#cursor)
      this.#tell()
    })
    this.listen(sheet, 'focus', () => this.#showCursor())
  }

  #move([dx, dy]) {
    const [x, y] = this.#cursor
    const within = (value, size) => Math.min(size - 1, Math.max(0, value))
    this.#cursor = [within(x + dx, width), within(y + dy, height)]
    this.#showCursor()
  }

  #showCursor() {
    cursor.style.setProperty('--x', String(this.#cursor[0]))
    cursor.style.setProperty('--y', String(this.#cursor[1]))
  }

  #tell() {
    const [x, y] = this.#cursor
    const own = this.#own.findLast((cell) => cell.x === x && cell.y === y)
    const [name] = COLORS[own?.color ?? this.model.rows[y][x]]
    announce(`Column ${x + 1}, row ${y + 1}: ${name}`)
  }

  showPainted({ by, count }) {
    this.#isStale = true
    if (by !== this.viewId) return
    this.#own.splice(0, count)
    this.#sent -= count
  }

  update(now) {
    super.update(now)
    if (now - this.#sentAt >= SEND_EVERY_MS && this.#sent < this.#own.length) this.#send(now)
    if (this.#isStale) this.#show()
    this.#isStale = false
  }

  #send(now) {
    const next = this.#own.slice(this.#sent, this.#sent + MAX_CELLS_IN_MESSAGE)
    const { color } = next[0]
    const end = next.findIndex((cell) => cell.color !== color)
    const cells = (end < 0 ? next : next.slice(0, end)).map(({ x, y }) => [x, y])
    this.publish(this.model.id, 'paint', { by: this.viewId, color, cells })
    this.#sent += cells.length
    this.#sentAt = now
  }

  /** The model's picture, and on it what this person painted a moment ago. */
  #show() {
    const context = canvas.getContext('2d')
    const dot = (x, y, color) => {
      context.fillStyle = COLORS[color][1]
      context.fillRect(x, y, 1, 1)
    }
    for (const [y, row] of this.model.rows.entries()) {
      for (const [x, color] of row.entries()) dot(x, y, color)
    }
    for (const { x, y, color } of this.#own) dot(x, y, color)
    const isBlank = this.#own.length === 0 && this.model.rows.flat().every((color) => color === 0)
    sheet.classList.toggle('blank', isBlank)
  }
}

function cellAt({ clientX, clientY }) {
  const box = sheet.getBoundingClientRect()
  return [
    Math.floor(((clientX - box.left) / box.width) * width),
    Math.floor(((clientY - box.top) / box.height) * height),
  ]
}

function pictureAddress() {
  const large = document.createElement('canvas')
  large.width = width * SAVED_PIXELS_PER_CELL
  large.height = height * SAVED_PIXELS_PER_CELL
  const context = large.getContext('2d')
  context.imageSmoothingEnabled = false
  context.drawImage(canvas, 0, 0, large.width, large.height)
  return large.toDataURL('image/png')
}

function swatch([name, color], index) {
  const input = element('input', { type: 'radio', name: 'color', value: String(index) })
  input.ariaLabel = name
  const label = element('label', { title: name }, input, element('span'))
  label.style.setProperty('--color', color)
  return label
}

joinDemo({ appId: 'io.croquet-in-a-box.pixels', model: Picture, view: PictureView })
