import { Model } from '../shared/croquet.js'

/** The shared count. */
export class Counter extends Model {
  init() {
    this.count = 0
    this.subscribe(this.id, 'add', this.add)
    this.subscribe(this.id, 'reset', this.reset)
    this.subscribe(this.sessionId, 'view-join', this.tellPeople)
    this.subscribe(this.sessionId, 'view-exit', this.tellPeople)
    this.future(1000).tick()
  }

  tick() {
    this.add(1)
    this.future(1000).tick()
  }

  add(step) {
    this.count += step > 0 ? 1 : -1
    this.publish(this.id, 'count', this.count)
  }

  reset() {
    this.count = 0
    this.publish(this.id, 'count', this.count)
    this.publish(this.id, 'was-reset')
  }

  tellPeople() {
    this.publish(this.sessionId, 'people', this.viewCount)
  }
}

Counter.register('Counter')
