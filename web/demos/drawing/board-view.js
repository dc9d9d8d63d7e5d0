import { announce } from '../shared/announce.js'
import { DemoView } from '../shared/demo-view.js'
import { Canvases } from './canvases.js'
import { Cursors } from './cursors.js'
import { wireKeyboard } from './keyboard-pen.js'
import { paper } from './paper.js'
import { showPeopleList } from './people-list.js'
import { wirePointers } from './pointer-pens.js'
import { StrokeRecorder } from './stroke-recorder.js'
import { Toolbar } from './toolbar.js'

/** A view sends at most so often what its person drew. */
const SEND_EVERY_MS = 50

const find = (selector) => document.querySelector(selector)
const board = find('[data-board]')
const clearDialog = find('[data-clear-dialog]')
const peopleList = find('[data-people-list]')
const toolbar = new Toolbar(find('[data-tools]'))
const cursors = new Cursors(find('[data-cursors]'))

/** Shows the board, and sends what this person draws. */
export class BoardView extends DemoView {
  #canvases = new Canvases(board)
  #recorder = new StrokeRecorder()
  /** Undefined when it has not moved since it was last sent. */
  #cursor
  #sentAt = 0

  constructor(model) {
    super(model)
    this.subscribe(model.id, 'stroke-done', this.forgetStroke)
    this.subscribe(model.id, 'cleared', () => announce('The board was cleared.'))
    this.#wirePens()
    this.#wireTools()
  }

  #wirePens() {
    const studio = {
      board,
      listen: (type, handler) => this.listen(board, type, handler),
      place: placeOnBoard,
      recorder: this.#recorder,
      pen: () => ({ color: toolbar.color, width: toolbar.width }),
      moveCursor: (cursor) => {
        this.#cursor = cursor
      },
    }
    wirePointers(studio)
    wireKeyboard(studio)
  }

  #wireTools() {
    const undo = () => this.publish(this.model.id, 'undo', this.viewId)
    this.listen(find('[data-undo]'), 'click', undo)
    this.listen(document, 'keydown', (event) => {
      if (event.key !== 'z' || !(event.ctrlKey || event.metaKey) || event.shiftKey) return
      event.preventDefault()
      undo()
    })
    this.listen(find('[data-colors]'), 'change', () => {
      this.publish(this.model.id, 'color', { by: this.viewId, color: toolbar.color })
    })
    this.listen(find('[data-clear]'), 'click', () => {
      clearDialog.returnValue = ''
      clearDialog.showModal()
    })
    this.listen(clearDialog, 'close', () => {
      if (clearDialog.returnValue === 'clear') this.publish(this.model.id, 'clear')
    })
  }

  showPeople(count) {
    super.showPeople(count)
    const own = this.model.people.get(this.viewId)
    if (own) toolbar.color = own.color
    showPeopleList(peopleList, this.model.people, this.viewId)
  }

  forgetStroke({ by, key }) {
    if (by === this.viewId) this.#recorder.forget(key)
  }

  update(now) {
    super.update(now)
    if (now - this.#sentAt >= SEND_EVERY_MS) this.#send(now)
    const { strokes } = this.#recorder
    const keys = new Set(strokes.map(({ key }) => key))
    this.#canvases.show(this.model, strokes, ({ by, key }) => by === this.viewId && keys.has(key))
    cursors.show(this.model.people, hasKeyboardPen() ? '' : this.viewId)
    board.classList.toggle('blank', this.model.strokes.length === 0 && strokes.length === 0)
  }

  #send(now) {
    const pieces = this.#recorder.takePieces()
    if (pieces.length === 0 && this.#cursor === undefined) return
    this.publish(this.model.id, 'draw', { by: this.viewId, cursor: this.#cursor, pieces })
    this.#cursor = undefined
    this.#sentAt = now
  }
}

/** Only then does the browser not show where one's own pen is. */
function hasKeyboardPen() {
  return board.matches(':focus-visible')
}

function placeOnBoard({ clientX, clientY }) {
  const { left, top, width } = board.getBoundingClientRect()
  const scale = paper.width / width
  return [Math.round((clientX - left) * scale), Math.round((clientY - top) * scale)]
}
