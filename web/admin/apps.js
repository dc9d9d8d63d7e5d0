import { ask, isLoggedOut } from './api.js'
import { AppCard } from './app-card.js'
import { offerToChoose } from './app-chooser.js'
import { loadApps } from './app-list.js'
import { DeployDialog } from './deploy-dialog.js'
import { explainFirst, explainStale } from './live.js'
import { counted } from './words.js'

/** How often it is looked who is where (ms). */
const REFRESH_MS = 5000

const find = (selector) => document.querySelector(selector)
const cards = new Map()
let apps = []
let isAdmin = false
let appUrl
let turn = 0
let next

/** Shows all apps as they are now. What was asked before, and is answered later, counts no more. */
async function refresh() {
  clearTimeout(next)
  turn += 1
  const mine = turn
  const loaded = await loadApps()
  if (mine !== turn) return
  apps = loaded
  show()
  explainStale()
  refreshLater()
}

function refreshLater() {
  clearTimeout(next)
  if (document.visibilityState === 'visible') next = setTimeout(keepUp, REFRESH_MS)
}

async function keepUp() {
  try {
    await refresh()
  } catch (refusal) {
    explainStale(refusal)
    if (!isLoggedOut(refusal)) refreshLater()
  }
}

function show() {
  find('[data-total]').textContent = apps.length === 0 ? 'No apps yet' : counted(apps.length, 'app')
  find('[data-none]').hidden = apps.length > 0
  find('[data-list]').hidden = apps.length === 0
  const gone = new Set(cards.keys())
  let before = null
  for (const app of apps) {
    gone.delete(app.name)
    before = place(cardOf(app), before)
  }
  for (const name of gone) {
    cards.get(name).element.remove()
    cards.delete(name)
  }
}

function cardOf(app) {
  const card = cards.get(app.name) ?? new AppCard({ isAdmin, appUrl, refresh })
  cards.set(app.name, card)
  card.show(app)
  return card.element
}

/** Who has the focus keeps it: what is there already is not moved. */
function place(card, before) {
  if (!card.isConnected) {
    if (before) before.after(card)
    else find('[data-apps]').prepend(card)
  }
  return card
}

const knownAs = (name) => apps.find((app) => app.name === name)

async function start() {
  const { role, appUrl: url } = await ask('me')
  appUrl = new URL(url)
  isAdmin = role === 'admin'
  find('[data-deploy]').hidden = !isAdmin
  find('[data-rule]').hidden = !isAdmin
  find('[data-only-look]').hidden = isAdmin
  if (isAdmin) {
    offerToChoose((choice) =>
      new DeployDialog(choice, { appUrl, known: knownAs, onDone: refresh }).open(),
    )
  }
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') keepUp()
    else clearTimeout(next)
  })
  await keepUp()
}

start().catch(explainFirst)
