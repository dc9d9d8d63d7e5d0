import { Constants, Model } from '../shared/croquet.js'
import './paper.js'

/**
 * The shared board: strokes in the order they were begun, and the people with their colour and cursor.
 * A stroke is `{ by, key, color, width, points: [x, y, x, y…], isOpen }`, `by` a view id, `key` unique to it, in board units.
 */
export class Board extends Model {
  init() {
    this.strokes = []
    this.pointCount = 0
    /** Rises whenever strokes are drawn or go away. */
    this.changes = 0
    /** Rises whenever strokes go away, so that what was painted is no longer true. */
    this.removals = 0
    /** View id to `{ color, cursor }`, `cursor` being `[x, y]` or null. */
    this.people = new Map()
    this.subscribe(this.sessionId, 'view-join', this.welcome)
    this.subscribe(this.sessionId, 'view-exit', this.farewell)
    this.subscribe(this.id, 'draw', this.draw)
    this.subscribe(this.id, 'undo', this.undo)
    this.subscribe(this.id, 'clear', this.clear)
    this.subscribe(this.id, 'color', this.chooseColor)
  }

  welcome(viewId) {
    this.people.set(viewId, { color: this.rarestColor(), cursor: null })
    this.tellPeople()
  }

  farewell(viewId) {
    this.people.delete(viewId)
    for (const stroke of this.strokes) if (stroke.by === viewId) stroke.isOpen = false
    this.changes++
    this.tellPeople()
  }

  tellPeople() {
    this.publish(this.sessionId, 'people', this.viewCount)
  }

  rarestColor() {
    const uses = Constants.paper.colors.map(() => 0)
    for (const { color } of this.people.values()) uses[color]++
    return uses.indexOf(Math.min(...uses))
  }

  isColor(color) {
    return typeof Constants.paper.colors[color] === 'string'
  }

  chooseColor({ by, color }) {
    const person = this.people.get(by)
    if (!person || !this.isColor(color)) return
    person.color = color
    this.tellPeople()
  }

  /** `pieces` are `[key, color, width, isLast, points]`: what was added to each stroke since the last message. */
  draw({ by, cursor, pieces }) {
    const person = this.people.get(by)
    if (!person) return
    if (cursor !== undefined) person.cursor = cursor
    for (const piece of pieces) this.addPiece(by, piece)
  }

  addPiece(by, [key, color, width, isLast, points]) {
    let stroke = this.strokes.findLast((each) => each.isOpen && each.by === by && each.key === key)
    stroke ??= this.begin({ by, key, color, width })
    for (let at = 0; at + 1 < points.length; at += 2) {
      if (stroke.points.length >= 2 * Constants.paper.maxPointsInStroke) stroke = this.goOn(stroke)
      this.addPoint(stroke, points[at], points[at + 1])
    }
    if (isLast) {
      stroke.isOpen = false
      this.publish(this.id, 'stroke-done', { by, key })
    }
    this.changes++
    this.trim()
  }

  begin({ by, key, color, width }) {
    const stroke = {
      by,
      key,
      color: this.isColor(color) ? color : 0,
      width: Math.min(Constants.paper.broadest, Math.max(1, Math.round(width))),
      points: [],
      isOpen: true,
    }
    this.strokes.push(stroke)
    return stroke
  }

  goOn(stroke) {
    const [x, y] = stroke.points.slice(-2)
    stroke.isOpen = false
    const next = this.begin(stroke)
    this.addPoint(next, x, y)
    return next
  }

  addPoint(stroke, x, y) {
    const { width, height, margin } = Constants.paper
    const within = (value, size) => Math.min(size + margin, Math.max(-margin, Math.round(value)))
    stroke.points.push(within(x, width), within(y, height))
    this.pointCount++
  }

  trim() {
    if (this.pointCount <= Constants.paper.maxPoints) return
    while (this.pointCount > Constants.paper.pointsAfterTrim && this.strokes.length > 1) {
      this.pointCount -= this.strokes.shift().points.length / 2
    }
    this.removals++
  }

  undo(by) {
    const last = this.strokes.findLast((stroke) => stroke.by === by)
    if (!last) return
    this.keep((stroke) => stroke.by !== by || stroke.key !== last.key)
  }

  clear() {
    this.keep(() => false)
    this.publish(this.id, 'cleared')
  }

  keep(isKept) {
    this.strokes = this.strokes.filter(isKept)
    this.pointCount = this.strokes.reduce((count, { points }) => count + points.length / 2, 0)
    this.changes++
    this.removals++
  }
}

Board.register('Board')
