/** Points closer than this to the one before are left out, in board units. */
const SHORTEST_STEP = 3
/** Points in one message: far below the 16 KiB that a message may hold. */
const MAX_POINTS_IN_MESSAGE = 600

/** This person's own strokes, from the first touch until the model has them whole. */
export class StrokeRecorder {
  #drawing = new Map()
  #strokes = []
  #nextKey = 0

  /** Strokes that the model does not have whole yet, as `{ key, color, width, points }`. */
  get strokes() {
    return this.#strokes
  }

  /** @param {number | string} pen whatever tells pens and fingers apart */
  begin(pen, [x, y], { color, width }) {
    const stroke = {
      key: this.#nextKey++,
      color,
      width,
      points: [x, y],
      sent: 0,
      state: 'drawing',
    }
    this.#strokes.push(stroke)
    this.#drawing.set(pen, stroke)
  }

  isDrawing(pen) {
    return this.#drawing.has(pen)
  }

  extend(pen, [x, y]) {
    const stroke = this.#drawing.get(pen)
    if (!stroke) return
    const [lastX, lastY] = stroke.points.slice(-2)
    if (Math.hypot(x - lastX, y - lastY) >= SHORTEST_STEP) stroke.points.push(x, y)
  }

  end(pen) {
    const stroke = this.#drawing.get(pen)
    if (!stroke) return
    stroke.state = 'done'
    this.#drawing.delete(pen)
  }

  /** What the model does not know yet, as pieces for its `draw`. */
  takePieces() {
    const pieces = []
    let room = 2 * MAX_POINTS_IN_MESSAGE
    for (const stroke of this.#strokes) {
      if (stroke.state === 'sent' || room === 0) continue
      const points = stroke.points.slice(stroke.sent, stroke.sent + room)
      stroke.sent += points.length
      room -= points.length
      const isLast = stroke.state === 'done' && stroke.sent === stroke.points.length
      if (isLast) stroke.state = 'sent'
      if (isLast || points.length > 0) {
        pieces.push([stroke.key, stroke.color, stroke.width, isLast, points])
      }
    }
    return pieces
  }

  /** The model has that stroke whole. */
  forget(key) {
    this.#strokes = this.#strokes.filter((stroke) => stroke.key !== key)
  }
}
