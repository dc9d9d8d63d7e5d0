import { copyButton } from './common/copy-button.js'
import { scannable } from './common/scannable.js'
import { deviceKind } from './device.js'
import { answersByHttps, trustHere } from './live-test.js'
import { placeAt } from './place.js'
import { showVerdict } from './verdict.js'

const TRY_AGAIN_AFTER_MS = 3000
const PATIENT_TRIES = 2
/** By then who follows the steps has done them. */
const HINT_AFTER_TRIES = 20
const LOOPBACK = /^(.+\.)?localhost$|^127(\.\d{1,3}){3}$|^\[::1\]$/

const find = (selector) => document.querySelector(selector)
const findAll = (selector) => document.querySelectorAll(selector)
const isHttps = location.protocol === 'https:'
/** Where somebody wanted to go: a path of the box, whatever stands there. */
const next = new URLSearchParams(location.search).get('next') ?? undefined
const place = placeAt(next)
let isTrying = false
let isOver = false
let tries = 0
let timer
let lastState

/** The place they wanted to go, below one of the box's addresses; a session may be named behind its `#`. */
function targetBelow(boxUrl) {
  return new URL(`.${next ?? '/'}${location.hash}`, `${boxUrl}/`)
}

function loadAbout() {
  return fetch('about.json', { cache: 'no-store' })
    .then((answer) => answer.json())
    .catch(() => undefined)
}

/** One test after the other, while somebody looks. */
async function tryNow() {
  clearTimeout(timer)
  if (isTrying || isOver || document.visibilityState !== 'visible') return
  isTrying = true
  const about = await loadAbout()
  const box = { ...about, host: location.hostname, isHttps, place: await place }
  const state = about ? await outcome(about) : 'silent'
  if (about) conclude(state, box)
  else showVerdict(state, box)
  isTrying = false
  tries += 1
  find('[data-hint]').hidden = tries < HINT_AFTER_TRIES
  if (!isOver) timer = setTimeout(tryNow, TRY_AGAIN_AFTER_MS)
}

async function outcome({ mode, httpsUrl, isCertified }) {
  if (mode !== 'local-ca') return mode
  if (isHttps) return trustHere()
  if (await answersByHttps(httpsUrl)) return 'moving'
  // A name that is new to the box gets into its certificate within moments.
  return isCertified || tries < PATIENT_TRIES ? 'untrusted' : 'uncertified'
}

async function conclude(outcome, box) {
  isOver = !['untrusted', 'uncertified', 'skipped'].includes(outcome)
  const state = stateOf(outcome, box)
  const here = isHttps ? box.httpsUrl : box.httpUrl
  showVerdict(state, box, targetBelow(state === 'provided' ? box.httpsUrl : here))
  for (const part of findAll('[data-for-authority]')) part.hidden = !box.authority
  if (box.authority) describe(box)
  foldSteps(state)
  // It answers: no warning waits there. Only there it can be seen whether the box is trusted.
  if (state === 'moving') location.replace(pageByHttps(box.httpsUrl))
  if (state === 'trusted' || state === 'reached') await remember(targetBelow(box.httpsUrl))
}

/** Who is on their way to what needs no https goes on first; who goes to what may need it has the choice. */
function stateOf(outcome, { place, isHttps }) {
  if (!['untrusted', 'uncertified'].includes(outcome) || !place || isHttps) return outcome
  if (place.isHttpsOnly) return outcome === 'untrusted' ? 'locked' : outcome
  if (place.secure?.length === 0) return 'free'
  if (outcome === 'uncertified') return outcome
  return place.secure === null ? 'open' : 'needy'
}

/** The steps are open for whom they come first. What somebody opens or shuts themselves stays so. */
function foldSteps(state) {
  if (state === lastState) return
  lastState = state
  find('[data-steps]').open = ['untrusted', 'needy', 'locked', 'skipped'].includes(state)
}

function pageByHttps(httpsUrl) {
  return `${httpsUrl}/trust/${location.search}${location.hash}`
}

/** From now on the box leads this browser to https at once; and where somebody was on the way, they get there. */
async function remember(target) {
  const isNoted = await fetch('trusted', { method: 'POST' }).then(
    ({ ok }) => ok,
    () => false,
  )
  // A box that does not see that this is https would lead back here, over and over.
  if (isNoted && next !== undefined) location.replace(target)
}

function describe({ authority: { name, fingerprint, notAfter }, httpUrl, otherHosts }) {
  if (find('[data-fingerprint]').textContent === fingerprint) return
  for (const place of findAll('[data-authority]')) place.textContent = name
  find('[data-fingerprint]').textContent = fingerprint
  find('[data-until]').textContent =
    `, until ${new Date(notAfter).toLocaleDateString(undefined, { dateStyle: 'long' })}`
  for (const command of findAll('[data-with-box]')) {
    command.textContent = command.textContent.replace('{{http}}', httpUrl)
  }
  const addresses = pageAddresses(httpUrl, otherHosts)
  find('[data-phone]').hidden = addresses.length === 0
  if (addresses.length > 0) {
    find('[data-code]').replaceChildren(
      scannable(addresses, 'QR code with the address of this page, for another device'),
    )
  }
}

/** Of this page, for other devices: by the address that led here, unless that means this machine alone. */
function pageAddresses(httpUrl, otherHosts) {
  const page = new URL(`${httpUrl}/trust/`)
  if (!LOOPBACK.test(page.hostname)) return [page]
  return otherHosts.map((host) => {
    const address = new URL(page)
    address.hostname = host.includes(':') ? `[${host}]` : host
    return address
  })
}

/** The steps for this device come first; those for others are folded. */
function showSteps() {
  const own = find(`[data-device="${deviceKind(navigator)}"]`)
  own.open = true
  own.removeAttribute('name')
  find('[data-own-steps]').append(own)
  find('[data-others]').open = false
  for (const command of findAll('.command')) {
    command.append(copyButton(() => command.querySelector('code').textContent))
  }
}

async function showPlace() {
  const { title } = (await place) ?? {}
  if (title === undefined) return
  find('[data-eyebrow]').hidden = false
  find('[data-title]').textContent = title
}

const form = find('[data-plain]')
form.elements.next.value = next ?? '/'
form.action = `plain${location.hash}`
find('[data-set-up]').addEventListener('click', () => {
  const steps = find('[data-steps]')
  steps.open = true
  steps.querySelector('summary').focus()
  steps.scrollIntoView({ block: 'start' })
})
showSteps()
showPlace()
document.addEventListener('visibilitychange', tryNow)
addEventListener('focus', tryNow)
addEventListener('pageshow', tryNow)
tryNow()
