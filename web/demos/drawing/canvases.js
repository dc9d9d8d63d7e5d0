import { Painter } from './painter.js'

/**
 * The board on screen: one canvas for strokes that can no longer change and whose predecessors cannot either, painted
 * once, and one above it for the rest, painted afresh. So everybody sees strokes in the model's order, however they overlap.
 */
export class Canvases {
  #settled
  #live
  #settledCount = 0
  #removals = -1
  #changes = -1

  constructor(board) {
    this.#settled = new Painter(board.querySelector('[data-settled]'))
    this.#live = new Painter(board.querySelector('[data-live]'))
  }

  /**
   * Paints what is not on screen yet.
   * @param {{ strokes: object[], changes: number, removals: number }} model
   * @param {object[]} ownStrokes which the model does not have whole yet
   * @param {(stroke: object) => boolean} isOwn whether a stroke of the model is one of them
   */
  show(model, ownStrokes, isOwn) {
    const hasResized = [this.#settled.fit(), this.#live.fit()].includes(true)
    if (hasResized || model.removals !== this.#removals) this.#startOver()
    else if (model.changes === this.#changes && ownStrokes.length === 0) return
    this.#removals = model.removals
    this.#changes = model.changes
    this.#settle(model.strokes)
    this.#live.clear()
    for (const stroke of model.strokes.slice(this.#settledCount)) {
      if (!isOwn(stroke)) this.#live.paint(stroke)
    }
    for (const stroke of ownStrokes) this.#live.paint(stroke)
  }

  #settle(strokes) {
    while (strokes[this.#settledCount]?.isOpen === false) {
      this.#settled.paint(strokes[this.#settledCount++])
    }
  }

  #startOver() {
    this.#settled.clear()
    this.#settledCount = 0
  }
}
