import { listed } from './place.js'

const find = (selector) => document.querySelector(selector)
const GOES_ON = 'This page goes on by itself.'

/** What the page says of each outcome. Functions are given what is known of the box and of where somebody goes. */
const VERDICTS = {
  silent: {
    mood: 'not-yet',
    title: 'The box does not answer.',
    reason: 'Is it running? Is this device on its network? This page tries again.',
  },
  untrusted: {
    mood: 'not-yet',
    title: 'This browser does not trust the box yet.',
    reason: `Follow the steps. ${GOES_ON}`,
  },
  // By http they go on at once, if nothing speaks against it.
  free: {
    mood: 'fine',
    title: 'You can go on.',
    reason: 'It works without https.',
    plain: 'Go on',
  },
  open: {
    mood: 'fine',
    title: 'With or without https?',
    reason: 'Most of it works without. The camera, the microphone and some more need https.',
    plain: 'Go on without https',
    setUp: true,
  },
  needy: {
    mood: 'not-yet',
    title: 'It needs https.',
    reason: ({ place }) =>
      `Browsers allow ${listed(place.secure)} by https only. Follow the steps. ${GOES_ON}`,
    plain: 'Go on without',
    isSecond: true,
  },
  locked: {
    mood: 'not-yet',
    title: 'It needs https.',
    reason: `The dashboard takes its password by https only. Follow the steps. ${GOES_ON}`,
  },
  uncertified: {
    mood: 'not-yet',
    title: ({ host }) => `The box has no certificate for ${host}.`,
    reason: ({ otherHosts }) =>
      otherHosts.length > 0
        ? `Open it by another address: ${otherHosts.join(', ')}.`
        : 'Ask its owner for another address.',
    plain: 'Go on without https',
    isSecond: true,
  },
  skipped: {
    mood: 'not-yet',
    title: 'You told this browser to skip its warning.',
    reason: `Most of it works like that. The warning comes back, unless you follow the steps.`,
    button: 'Go on as it is',
  },
  moving: { mood: 'good', title: 'https works. Going on…', reason: '' },
  reached: {
    mood: 'good',
    title: 'https works in this browser.',
    reason: 'If you told it once to skip a warning, this page cannot tell.',
    button: 'Go on',
  },
  trusted: {
    mood: 'good',
    title: 'This browser trusts the box.',
    reason: 'Pages open by https. Apps may use the camera, the microphone and more.',
    button: 'Go on',
  },
  provided: {
    mood: 'fine',
    title: 'There is nothing to do here.',
    reason: 'The box has a certificate from its owner. If your browser warns of it, ask them.',
    button: 'Go on',
  },
  off: {
    mood: 'fine',
    title: 'There is nothing to do here.',
    reason: ({ isHttps }) =>
      isHttps ? 'https is seen to in front of this box.' : 'This box works without https.',
    button: 'Go on',
  },
}

/**
 * @param {keyof typeof VERDICTS} state
 * @param {object} known of the box, and of the place where somebody goes
 * @param {URL} [target] where the button leads
 */
export function showVerdict(state, known, target) {
  const { mood, title, reason, button, plain, setUp, isSecond } = VERDICTS[state]
  find('main').dataset.mood = mood
  put(find('#verdict'), inWords(title, known))
  put(find('[data-reason]'), inWords(reason, known))
  const link = find('[data-on]')
  link.hidden = !button || !target
  if (!link.hidden) {
    link.href = target.href
    put(link, button)
  }
  // By http alone, and only who was on their way somewhere.
  const isPlain = plain !== undefined && known.place && !known.place.isHttpsOnly && !known.isHttps
  find('[data-plain]').hidden = !isPlain
  find('[data-plain-note]').hidden = !isPlain
  find('[data-set-up]').hidden = !setUp
  const words = find('[data-plain-words]')
  words.classList.toggle('button-main', !isSecond)
  if (isPlain) put(words, plain)
}

/** What is said again is not read out again. */
function put(place, text) {
  if (place.textContent !== text) place.textContent = text
}

function inWords(words, known) {
  return typeof words === 'function' ? words(known) : words
}
