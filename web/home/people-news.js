/** Who listens is told no more often than this (ms). */
const QUIET_MS = 30_000

/** Tells those who cannot see the tiles where people are, when that has changed. */
export class PeopleNews {
  #place
  #last
  #quietUntil = 0

  /** @param {Element} place a polite live region */
  constructor(place) {
    this.#place = place
  }

  tell(apps) {
    const words = wordsFor(apps)
    this.#last ??= words // what was so when the page was opened is no news
    if (words === this.#last || performance.now() < this.#quietUntil) return
    this.#last = words
    this.#quietUntil = performance.now() + QUIET_MS
    this.#place.textContent = words
  }
}

function wordsFor(apps) {
  const busy = apps.filter(({ people }) => people > 0)
  if (busy.length === 0) return 'Nobody is in an app now.'
  return `In apps now: ${busy.map(({ title, people }) => `${title}, ${people}`).join('; ')}.`
}
