import { boxUrl } from '../common/address.js'
import { checkPages, checkReflector } from './box-check.js'

const TRY_AGAIN_AFTER_MS = 3000
const ROLL_MS = 1100
const NOT_TRIED = { ok: false, reason: 'Not tried while nothing answers.' }

/** Says in one line whether the box works and, if not, what is wrong. It goes on trying until it works. */
export class BoxStatus {
  #place
  #verdict
  #crowd
  #trouble
  #again
  #ball
  #next

  /**
   * @param {HTMLElement} place with all of that
   * @param {SVGElement} ball that runs when the box answers
   */
  constructor(place, ball) {
    this.#place = place
    this.#verdict = place.querySelector('#verdict')
    this.#crowd = place.querySelector('[data-crowd]')
    this.#trouble = place.querySelector('[data-trouble]')
    this.#again = place.querySelector('[data-check-again]')
    this.#ball = ball
    this.#again.addEventListener('click', () => this.check())
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible') this.check()
    })
  }

  async check() {
    if (this.#again.disabled) return
    this.#again.disabled = true
    clearTimeout(this.#next)
    const pages = await checkPages(boxUrl)
    const reflector = pages.ok ? await checkReflector(boxUrl) : NOT_TRIED
    this.#tell('pages', pages)
    this.#tell('reflector', reflector)
    this.#conclude(verdictOn(pages, reflector), pages.ok && reflector.ok)
    this.#again.disabled = false
  }

  /** The box did not answer something else: that may be news. */
  doubt() {
    if (this.#place.dataset.verdict === 'ok') this.check()
  }

  showCrowd({ people, sessions }) {
    const words =
      people === 0
        ? ''
        : ` · ${counted(people, 'person', 'people')} in ${counted(sessions, 'session', 'sessions')}`
    if (this.#crowd.textContent !== words) this.#crowd.textContent = words
  }

  #tell(name, outcome) {
    this.#trouble.querySelector(`[data-check="${name}"]`).textContent = outcome.ok
      ? 'works'
      : outcome.reason
  }

  #conclude(words, isWorking) {
    if (this.#verdict.textContent !== words) this.#verdict.textContent = words
    this.#place.dataset.verdict = isWorking ? 'ok' : 'failed'
    this.#crowd.hidden = !isWorking
    this.#trouble.hidden = isWorking
    this.#again.hidden = isWorking
    if (isWorking) this.#rollBall()
    else this.#next = setTimeout(() => this.check(), TRY_AGAIN_AFTER_MS)
  }

  /** There and back, as the PING went. */
  #rollBall() {
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) return
    const there = { transform: 'translateX(370px)' }
    const here = { transform: 'translateX(0)' }
    this.#ball.animate([here, there, here], { duration: 2 * ROLL_MS, easing: 'ease-in-out' })
  }
}

function verdictOn(pages, reflector) {
  if (!pages.ok) return 'This box does not answer'
  return reflector.ok ? 'This box works' : 'Half of this box is missing'
}

function counted(count, one, several) {
  return `${count} ${count === 1 ? one : several}`
}
