import { ask } from './api.js'
import { element } from './common/element.js'
import { explainFirst, watch } from './live.js'

/** More lines than that are no help. */
const MAX_LINES = 500
const SESSION_ID = /^[\w-]{43}$/
/** Whoever types is left to finish (ms). */
const SETTLED_AFTER_MS = 300
const MISSED_LIMIT = 200

const find = (selector) => document.querySelector(selector)
const filters = find('[data-filters]')
const list = find('[data-lines]')
const pause = find('[data-pause]')
const moment = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' })
let newest = 0
let live
let settling

/** What is to be shown, as the API has it. */
function wanted() {
  const { level, text, session } = Object.fromEntries(new FormData(filters))
  const id = session.trim()
  return { level, text: text.trim(), ...(SESSION_ID.test(id) ? { session: id } : {}) }
}

async function load() {
  const lines = await ask(`log?${new URLSearchParams({ ...wanted(), limit: MISSED_LIMIT })}`)
  newest = 0
  list.replaceChildren()
  add(lines)
}

function add(lines) {
  const fresh = lines.filter(({ number }) => number > newest)
  newest = fresh.at(-1)?.number ?? newest
  list.prepend(...fresh.map(item).reverse())
  while (list.children.length > MAX_LINES) list.lastElementChild.remove()
  const isEmpty = list.children.length === 0
  list.hidden = isEmpty
  find('[data-none]').hidden = !isEmpty
}

function item({ level, time, message, fields }) {
  const at = element('time', { textContent: time ? moment.format(new Date(time)) : '' })
  const { sessionName, appId, userIp, reason } = fields
  const more = [sessionName, appId, userIp, reason].filter(
    (value) => value && value === String(value),
  )
  const details = element(
    'details',
    {},
    element(
      'summary',
      {},
      at,
      element('span', { className: 'level', textContent: level }),
      element('span', {}, message, element('small', { textContent: more.join(' · ') })),
    ),
    element('pre', {}, element('code', { textContent: JSON.stringify(fields, null, 1) })),
  )
  const made = element('li', {}, details)
  made.dataset.level = level
  return made
}

function changed() {
  clearTimeout(settling)
  settling = setTimeout(() => {
    load().catch(() => {})
    live.refresh()
  }, SETTLED_AFTER_MS)
}

pause.addEventListener('click', () => {
  const isPaused = pause.getAttribute('aria-pressed') !== 'true'
  pause.setAttribute('aria-pressed', isPaused)
  pause.textContent = isPaused ? 'Go on' : 'Pause'
  if (!isPaused) load().catch(() => {})
})
filters.addEventListener('input', changed)
filters.addEventListener('submit', (event) => event.preventDefault())

load().then(() => {
  const query = () => {
    const { level, ...rest } = wanted()
    return { log: level, ...rest }
  }
  live = watch(query, {
    opened: () => load().catch(() => {}),
    log({ lines }) {
      if (pause.getAttribute('aria-pressed') !== 'true') add(lines)
    },
  })
}, explainFirst)
