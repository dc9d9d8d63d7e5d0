import { paper } from './paper.js'

/** Paints strokes on one canvas that lies over the whole board. */
export class Painter {
  #canvas
  #context

  constructor(canvas) {
    this.#canvas = canvas
    this.#context = canvas.getContext('2d')
  }

  /** Gives the canvas the screen's own resolution. @returns whether that changed it, which empties it */
  fit() {
    const width = Math.round(this.#canvas.clientWidth * devicePixelRatio)
    const height = Math.round(this.#canvas.clientHeight * devicePixelRatio)
    if (this.#canvas.width === width && this.#canvas.height === height) return false
    this.#canvas.width = width
    this.#canvas.height = height
    return true
  }

  clear() {
    this.#context.resetTransform()
    this.#context.clearRect(0, 0, this.#canvas.width, this.#canvas.height)
  }

  /** A curve through the middles of the steps, so that few points look smooth. */
  paint({ color, width, points }) {
    const context = this.#context
    const scale = this.#canvas.width / paper.width
    context.setTransform(scale, 0, 0, scale, 0, 0)
    context.lineWidth = width
    context.lineCap = 'round'
    context.lineJoin = 'round'
    context.strokeStyle = paper.colors[color]
    context.beginPath()
    context.moveTo(points[0], points[1])
    for (let at = 2; at + 3 < points.length; at += 2) {
      const middleX = (points[at] + points[at + 2]) / 2
      const middleY = (points[at + 1] + points[at + 3]) / 2
      context.quadraticCurveTo(points[at], points[at + 1], middleX, middleY)
    }
    // A dot is a line too short to have a direction: the shortest that is painted.
    const end = points.length === 2 ? 0.01 : 0
    context.lineTo(points.at(-2) + end, points.at(-1))
    context.stroke()
  }
}
