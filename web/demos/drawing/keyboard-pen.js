import { announce } from '../shared/announce.js'
import { paper } from './paper.js'

const PEN = 'keyboard'
const STEP = 15
const LARGE_STEP = 75
const DIRECTIONS = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
}

/** Lets the keyboard draw: arrows move the pen, space puts it down and lifts it. Takes what `wirePointers` takes. */
export function wireKeyboard({ board, listen, recorder, pen, moveCursor }) {
  let [x, y] = [paper.width / 2, paper.height / 2]

  const move = ([dx, dy], step) => {
    x = Math.min(paper.width, Math.max(0, x + dx * step))
    y = Math.min(paper.height, Math.max(0, y + dy * step))
    recorder.extend(PEN, [x, y])
    moveCursor([x, y])
  }
  const toggle = () => {
    const isDown = recorder.isDrawing(PEN)
    if (isDown) recorder.end(PEN)
    else recorder.begin(PEN, [x, y], pen())
    announce(isDown ? 'Pen up' : 'Pen down')
  }

  listen('keydown', (event) => {
    if (event.key in DIRECTIONS) move(DIRECTIONS[event.key], event.shiftKey ? LARGE_STEP : STEP)
    else if (event.key === ' ' && !event.repeat) toggle()
    else return
    event.preventDefault()
  })
  listen('focus', () => {
    if (board.matches(':focus-visible')) moveCursor([x, y])
  })
  listen('blur', () => {
    recorder.end(PEN)
    moveCursor(null)
  })
}
