import { announce } from '../shared/announce.js'
import { DemoView } from '../shared/demo-view.js'
import { Drums } from './drums.js'

const drums = new Drums(document.querySelector('[data-drums]'))
const inWords = document.querySelector('[data-count-in-words]')

/** Shows the count on drums and passes on what people press. */
export class CounterView extends DemoView {
  constructor(model) {
    super(model)
    this.subscribe(model.id, { event: 'count', handling: 'oncePerFrame' }, this.showCount)
    this.subscribe(model.id, 'was-reset', () => announce('The count was reset.'))
    this.listen(document.querySelector('[data-reset]'), 'click', () => {
      this.publish(model.id, 'reset')
    })
    for (const button of document.querySelectorAll('[data-add]')) {
      this.listen(button, 'click', () => this.publish(model.id, 'add', Number(button.dataset.add)))
    }
    this.showCount(model.count)
  }

  showCount(count) {
    drums.show(count)
    inWords.textContent = String(count)
  }
}
