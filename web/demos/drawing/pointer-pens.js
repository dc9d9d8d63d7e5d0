/**
 * Lets mouse, pens and fingers draw on the board, each its own stroke.
 * @param {object} studio
 * @param {HTMLElement} studio.board
 * @param {(type: string, handler: (event: PointerEvent) => void) => void} studio.listen on the board, for as long as we draw
 * @param {(event: PointerEvent) => [number, number]} studio.place of an event, in board units
 * @param {import('./stroke-recorder.js').StrokeRecorder} studio.recorder
 * @param {() => { color: number, width: number }} studio.pen
 * @param {(cursor: [number, number] | null) => void} studio.moveCursor
 */
export function wirePointers({ board, listen, place, recorder, pen, moveCursor }) {
  listen('pointerdown', (event) => {
    if (event.button !== 0) return
    event.preventDefault()
    board.focus({ focusVisible: false, preventScroll: true })
    board.setPointerCapture(event.pointerId)
    recorder.begin(event.pointerId, place(event), pen())
    moveCursor(place(event))
  })
  listen('pointermove', (event) => {
    for (const step of stepsOf(event)) recorder.extend(event.pointerId, place(step))
    moveCursor(place(event))
  })
  const lift = (event) => {
    recorder.end(event.pointerId)
    if (event.pointerType === 'touch') moveCursor(null)
  }
  listen('pointerup', lift)
  listen('pointercancel', lift)
  listen('lostpointercapture', lift)
  listen('pointerleave', (event) => {
    if (!recorder.isDrawing(event.pointerId)) moveCursor(null)
  })
}

/** Browsers bundle the steps between two frames; some, on plain http, keep them to themselves. */
function stepsOf(event) {
  const steps = event.getCoalescedEvents?.() ?? []
  return steps.length > 0 ? steps : [event]
}
