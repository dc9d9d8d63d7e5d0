import { showConnection } from './connection-state.js'
import { View } from './croquet.js'

/** Ticks come 20 times a second; a box silent for so long is one we have lost. */
const SILENCE_MS = 1500

/**
 * What the root views of the demos share: connection state, number of people, and listeners that end with the view.
 * The root model publishes `people` with their number in the scope of the session.
 */
export class DemoView extends View {
  #ending = new AbortController()

  constructor(model) {
    super(model)
    this.model = model
    this.subscribe(this.sessionId, 'people', this.showPeople)
    this.showPeople(model.viewCount)
    showConnection('joined')
  }

  /** Listens until this view is detached. */
  listen(target, type, handler, options = {}) {
    target.addEventListener(type, handler, { ...options, signal: this.#ending.signal })
  }

  showPeople(count) {
    const words = count === 1 ? 'Only you are here' : `${count} people are here`
    document.querySelector('[data-people]').textContent = words
  }

  update() {
    const silenceMs = this.extrapolatedNow() - this.externalNow()
    showConnection(silenceMs > SILENCE_MS ? 'reconnecting' : 'joined')
  }

  detach() {
    this.#ending.abort()
    super.detach()
    showConnection('reconnecting')
  }
}
