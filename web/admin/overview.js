import { ask } from './api.js'
import { healthTiles } from './health-tiles.js'
import { explainFirst, watch } from './live.js'
import { ParkedSessions } from './parked-sessions.js'
import { SessionTable } from './session-table.js'
import { TurnedAwayList } from './turned-away.js'
import { count, counted, duration } from './words.js'

const PAGE = 1000

const find = (selector) => document.querySelector(selector)
const tiles = healthTiles(find('[data-tiles]'))
const turnedAway = new TurnedAwayList(find('[data-turned-away]'))
const parked = new ParkedSessions(find('[data-parked]'))
let onScreen = []
/** how many sessions run */
let running = 0
let live
/** Of each list that is on its way, what came meanwhile and is not in it. */
const missedBy = new Set()

const table = new SessionTable(find('[data-sessions]'), {
  onScreen(ids) {
    if (ids.join() === onScreen.join()) return
    onScreen = ids
    live?.refresh()
  },
  onChange(shown, all) {
    if (all !== running) parked.refresh()
    running = all
    find('[data-nobody]').hidden = all > 0
    find('[data-sessions]').hidden = all === 0
    say(
      '[data-count]',
      shown === all ? counted(all, 'session') : `${count(shown)} of ${count(all)}`,
    )
  },
})

async function loadAll() {
  const updates = []
  missedBy.add(updates)
  try {
    table.replace(await askForAll())
    for (const update of updates) table.update(update)
  } finally {
    missedBy.delete(updates)
  }
}

async function askForAll() {
  const lines = []
  let total
  do {
    const page = await ask(`sessions?offset=${lines.length}&limit=${PAGE}`)
    total = page.total
    lines.push(...page.sessions)
    if (page.sessions.length === 0) break
  } while (lines.length < total)
  return lines
}

function showHealth(health) {
  tiles.show(health)
  const [trouble] = health.missing
  say('[data-verdict]', trouble ? 'The box needs you.' : 'Your box is working.')
  say(
    '[data-summary]',
    trouble
      ? `${trouble.charAt(0).toUpperCase()}${trouble.slice(1)}.`
      : `Version ${health.versions.box}, up for ${duration(health.uptimeSeconds * 1000)}.`,
  )
}

function say(place, words) {
  const target = find(place)
  if (target.textContent !== words) target.textContent = words
}

find('[data-filter]').addEventListener('input', ({ target }) => {
  table.filter(target.value)
  parked.filter(target.value)
})

parked.load().catch(() => {})
loadAll().then(() => {
  live = watch(() => ({ sessions: 'page', rows: onScreen.join() }), {
    opened() {
      loadAll().catch(() => {})
      parked.refresh()
    },
    overview(data) {
      showHealth(data.health)
      turnedAway.update(data.turnedAway)
      table.update(data)
      for (const updates of missedBy) updates.push(data)
    },
  })
}, explainFirst)
