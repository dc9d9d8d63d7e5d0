import { announce } from '../shared/announce.js'
import { Constants } from '../shared/croquet.js'
import { DemoView } from '../shared/demo-view.js'
import { joinDemo } from '../shared/join-demo.js'
import { COLOR_NAMES } from '../shared/palette.js'
import { Lawn } from './lawn.js'
import { Scene } from './scene.js'

/** While a finger is down, its place is sent at most so often. */
const SEND_EVERY_MS = 100
const WAYS = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
}

const find = (selector) => document.querySelector(selector)
const stage = find('[data-stage]')
const scene = openScene()

/** Shows the lawn, and sends where this person wants to go. */
class LawnView extends DemoView {
  #keys = new Set()
  /** Where the finger is, undefined when none is down or that was sent. */
  #goal
  #sentAt = 0
  #hasFinger = false

  constructor(model) {
    super(model)
    this.subscribe(model.id, 'passed', this.showPasses)
    this.subscribe(model.id, 'started-over', this.showStart)
    this.listen(find('[data-start-over]'), 'click', () => this.publish(model.id, 'start-over'))
    this.#wireKeys()
    this.#wirePointer()
    this.#showScore()
  }

  #wireKeys() {
    this.listen(document, 'keydown', (event) => {
      if (event.target !== stage && event.target !== document.body) return
      if (event.code === 'Space' && !event.repeat) announce(this.#whereabouts())
      else if (event.code in WAYS) this.#keys.add(event.code)
      else return
      event.preventDefault()
      if (!event.repeat) this.#walk()
    })
    this.listen(document, 'keyup', (event) => {
      if (this.#keys.delete(event.code)) this.#walk()
    })
    this.listen(window, 'blur', () => {
      if (this.#keys.size === 0) return
      this.#keys.clear()
      this.#walk()
    })
  }

  #walk() {
    const way = [0, 0]
    for (const key of this.#keys) {
      way[0] += WAYS[key][0]
      way[1] += WAYS[key][1]
    }
    this.publish(this.model.id, 'walk', { by: this.viewId, way })
  }

  #wirePointer() {
    const follow = (event) => {
      if (this.#hasFinger) this.#goal = scene?.placeAt(event)
    }
    const lift = () => {
      this.#hasFinger = false
    }
    this.listen(stage, 'pointerdown', (event) => {
      if (event.button !== 0) return
      stage.setPointerCapture(event.pointerId)
      this.#hasFinger = true
      follow(event)
    })
    this.listen(stage, 'pointermove', follow)
    this.listen(stage, 'pointerup', lift)
    this.listen(stage, 'pointercancel', lift)
  }

  showPasses() {
    this.#showScore()
    announce(`Through a hoop! ${this.model.passes} so far.`)
  }

  showStart() {
    this.#showScore()
    announce('The balls are back where they began.')
  }

  #showScore() {
    const { passes } = this.model
    find('[data-passes]').textContent = String(passes)
    find('[data-passes-words]').textContent =
      passes === 1 ? 'ball through a hoop' : 'balls through hoops'
  }

  update(now) {
    super.update(now)
    if (this.#goal && now - this.#sentAt >= SEND_EVERY_MS) {
      this.publish(this.model.id, 'walk-to', { by: this.viewId, goal: this.#goal })
      this.#goal = undefined
      this.#sentAt = now
    }
    scene?.show(this.model, this.viewId, now)
  }

  /** Where this person and the nearest ball are, for those who do not see it. */
  #whereabouts() {
    const own = this.model.people.get(this.viewId)
    if (!own) return 'You are not on the lawn yet.'
    const away = ({ x, z }) => Math.hypot(x - own.x, z - own.z)
    const [ball] = [...this.model.balls].sort((one, other) => away(one) - away(other))
    const size = ball.radius > 1 ? 'big ball' : 'nearest ball'
    const steps = Math.max(1, Math.round(away(ball)))
    return (
      `You, ${COLOR_NAMES[own.color]}, are ${directionOf(own.x, own.z)} of the middle. ` +
      `The ${size} is ${directionOf(ball.x - own.x, ball.z - own.z)} of you, ${steps} steps away.`
    )
  }
}

function directionOf(x, z) {
  const across = Math.abs(x) > Math.abs(z) / 2 ? (x < 0 ? 'left' : 'right') : ''
  const along = Math.abs(z) > Math.abs(x) / 2 ? (z < 0 ? 'behind' : 'in front') : ''
  return [along, across].filter(Boolean).join(' and ')
}

/** Undefined where there is no WebGL, which the page then says. */
function openScene() {
  try {
    return new Scene(find('[data-canvas]'), Constants.lawn)
  } catch {
    find('[data-flat]').hidden = false
    return undefined
  }
}

joinDemo({ appId: 'io.croquet-in-a-box.lawn', model: Lawn, view: LawnView })
