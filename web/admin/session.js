import { ask } from './api.js'
import { liveChart } from './chart.js'
import { element } from './common/element.js'
import { showFindings } from './findings.js'
import { explainFirst, watch } from './live.js'
import { People } from './people.js'
import { offerActions, sessionTitle } from './session-actions.js'
import { showSnapshots } from './snapshots.js'
import { Tile } from './tile.js'
import { count, counted, duration, number, size, time } from './words.js'

/** Findings are looked for again this often (ms), and when people come and go. */
const LOOK_AGAIN_MS = 15_000
/** Those who come and go together are one reason to look (ms). */
const LOOK_AFTER_MS = 1000

const find = (selector) => document.querySelector(selector)
const id = new URLSearchParams(location.search).get('id') ?? ''
const path = `sessions/${encodeURIComponent(id)}`
const users = new Tile('People', { hasLine: true })
const messages = new Tile('Messages', { hasLine: true })
const data = new Tile('Data', { hasLine: true })
const join = new Tile('To catch up')
find('[data-tiles]').append(...[users, messages, data, join].map(({ element: tile }) => tile))
const traffic = liveChart(find('[data-traffic]'), [{ label: 'Messages/s', color: '--lawn' }])
const latency = liveChart(find('[data-latency]'), [
  { label: 'Middle', color: '--ball-blue' },
  { label: 'Longest', color: '--ball-red' },
])
const title = () => sessionTitle(about)
const people = new People(find('[data-people]'), path, title)
/** what it is called, as long as that is known */
let about = {}
let stored = []
let lastPeople
let looking

function show(session, at) {
  const { messagesPerSecond, bytesPerSecond, joinMessages, joinBytes, startedAt } = session
  showAbout(session)
  users.show({
    value: count(session.users),
    words: `open for ${duration(at - startedAt)}`,
    point: session.users,
  })
  messages.show({ value: number(messagesPerSecond), unit: 'a second', point: messagesPerSecond })
  const [value, unit] = size(bytesPerSecond).split(' ')
  data.show({ value, unit: `${unit} a second`, point: bytesPerSecond })
  const [joinSize, joinUnit] = size(joinBytes).split(' ')
  join.show({
    value: joinSize,
    unit: joinUnit,
    words: `${counted(joinMessages, 'message')} for whoever joins now`,
  })
  people.show(session.members, at)
  const hidden = session.users - session.members.length
  find('[data-more]').hidden = hidden <= 0
  say('[data-more]', `and ${count(hidden)} more`)
  traffic.add(at, [messagesPerSecond])
  latency.add(at, [session.latencyMs?.median ?? null, session.latencyMs?.max ?? null])
  showSnapshots(find('[data-snapshots]'), { stored, session, at })
  noteWhoIsHere(session)
}

function showAbout({ name, app, url, host }) {
  about = { name, app }
  say('[data-name]', name || 'A session without a name')
  document.title = `${name || id.slice(0, 8)} · Croquet in a box`
  const where = element('span', { textContent: host ? ` from ${host}` : '', title: url })
  find('[data-about]').replaceChildren(app || 'unknown app', where)
}

function noteWhoIsHere({ members, snapshots }) {
  const now = [...members.map(({ connection }) => connection), snapshots.length].join()
  if (now === lastPeople) return
  lastPeople = now
  clearTimeout(looking)
  looking = setTimeout(look, LOOK_AFTER_MS)
}

async function look() {
  clearTimeout(looking)
  looking = setTimeout(look, LOOK_AGAIN_MS)
  const [findings, session] = await Promise.all([
    ask(`${path}/findings`).catch(() => []),
    ask(path).catch(() => undefined),
  ])
  stored = session?.stored ?? stored
  showFindings(find('[data-findings]'), findings)
}

function showEnd() {
  if (document.body.dataset.state === 'over') return
  document.body.dataset.state = 'over'
  say(
    '[data-about]',
    `It is not open any more: everybody has left, or it was closed. ${time(Date.now())}`,
  )
  for (const tile of [users, messages, data, join]) tile.show({ value: '–' })
  people.show([], Date.now())
}

function say(place, words) {
  const target = find(place)
  if (target.textContent !== words) target.textContent = words
}

offerActions(find('[data-actions]'), path, title)
ask(path)
  .catch((refusal) => {
    // An id that no session can have is one of none, too.
    if (refusal.status !== 404 && refusal.status !== 400) throw refusal
    say('[data-name]', 'This session')
    showEnd()
  })
  .then((session) => {
    stored = session?.stored ?? []
    look()
    watch(() => ({ session: id }), {
      session({ session: now }) {
        if (!now) {
          showEnd()
          return
        }
        document.body.dataset.state = 'open'
        show(now, Date.now())
      },
    })
  })
  .catch(explainFirst)
