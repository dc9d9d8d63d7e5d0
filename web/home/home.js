import { boxUrl } from '../common/address.js'
import { copyButton } from '../common/copy-button.js'
import { showApps } from './apps.js'
import { checkPages, checkReflector } from './box-check.js'
import { showLibraries } from './libraries.js'
import { showPhoneAddress } from './phone-address.js'

const TRY_AGAIN_AFTER_MS = 3000
const ROLL_MS = 1100
const NOT_TRIED = { ok: false, reason: 'Not tried while nothing answers.' }

const find = (selector) => document.querySelector(selector)
const verdict = find('#verdict')
const court = find('[data-court]')
const checkAgain = find('[data-check-again]')
const ball = find('.ball')
const wantsLittleMotion = matchMedia('(prefers-reduced-motion: reduce)')
let nextTry

async function check() {
  if (checkAgain.disabled) return
  checkAgain.disabled = true
  clearTimeout(nextTry)
  const pages = await checkPages(boxUrl)
  show('pages', pages, (ms) => `answered in ${inWords(ms)}`)
  const reflector = pages.ok ? await checkReflector(boxUrl) : NOT_TRIED
  show('reflector', reflector, (ms) => `PING to PONG in ${inWords(ms)}`)
  conclude(verdictOn(pages, reflector), pages.ok && reflector.ok)
  checkAgain.disabled = false
}

function verdictOn(pages, reflector) {
  if (!pages.ok) return 'The box does not answer.'
  return reflector.ok ? 'Your box is working.' : 'Half of the box is missing.'
}

function conclude(words, isWorking) {
  if (verdict.textContent !== words) verdict.textContent = words
  court.dataset.verdict = isWorking ? 'ok' : 'failed'
  if (isWorking) rollBall()
  else nextTry = setTimeout(check, TRY_AGAIN_AFTER_MS)
}

function show(name, outcome, praise) {
  const line = find(`[data-check="${name}"]`)
  line.dataset.outcome = outcome.ok ? 'ok' : 'failed'
  line.querySelector('[data-result]').textContent = outcome.ok ? praise(outcome.ms) : outcome.reason
}

function inWords(ms) {
  return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`
}

/** There and back, as the PING went. */
function rollBall() {
  if (wantsLittleMotion.matches) return
  const there = { transform: 'translateX(460px)' }
  const here = { transform: 'translateX(0)' }
  ball.animate([here, there, here], { duration: 2 * ROLL_MS, easing: 'ease-in-out' })
}

function showSnippet() {
  const snippet = find('[data-snippet]')
  snippet.textContent = snippet.textContent.replaceAll("'/", `'${boxUrl.pathname}`)
  find('[data-copy-snippet]').append(copyButton(() => snippet.textContent))
  find('[data-box-option]').textContent = `box: '${boxUrl}'`
}

checkAgain.addEventListener('click', check)
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') check()
})
showSnippet()
showPhoneAddress(find('[data-phone]'))
showLibraries(find('[data-libraries]'))
showApps({
  tiles: find('[data-tiles]'),
  noApps: find('[data-no-apps]'),
  news: find('[data-people-news]'),
})
check()
