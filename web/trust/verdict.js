const find = (selector) => document.querySelector(selector)

/** What the page says of each outcome. Functions are given what is known of the box. */
const VERDICTS = {
  silent: {
    mood: 'not-yet',
    title: 'The box does not answer.',
    reason: 'Is it running, and is this device on its network? This page goes on trying.',
  },
  untrusted: {
    mood: 'not-yet',
    title: 'This browser does not trust the box yet.',
    reason: 'Follow the steps below. This turns green by itself.',
  },
  uncertified: {
    mood: 'not-yet',
    title: ({ host }) => `The box has no certificate for ${host}.`,
    reason: ({ host, otherHosts }) =>
      `${otherHosts.length > 0 ? `Open it by another name or address: ${otherHosts.join(', ')}. Or whoever` : 'Whoever'} runs the box adds ${host} to BOX_HOSTNAMES.`,
  },
  skipped: {
    mood: 'not-yet',
    title: 'This browser does not trust the box: it was told to skip its warning.',
    reason:
      'Most of it works like that, but not apps that work offline, and the warning comes back. Follow the steps below. This turns green by itself.',
    button: 'Go on as it is',
  },
  moving: { mood: 'good', title: 'https works. Going on…', reason: '' },
  reached: {
    mood: 'good',
    title: 'https works in this browser.',
    reason:
      'If you once told it to skip a warning about this box, that looks the same from here: this browser does not tell.',
    button: 'Go on to the box',
  },
  trusted: {
    mood: 'good',
    title: 'This browser trusts the box.',
    reason: 'Pages open by https, and apps may use all that browsers have for secure pages.',
    button: 'Go on to the box',
  },
  provided: {
    mood: 'fine',
    title: 'There is nothing to do here.',
    reason:
      'The box has a certificate that its owner gave it. If your browser warns of it, ask them.',
    button: 'Go on to the box',
  },
  off: {
    mood: 'fine',
    title: 'There is nothing to do here.',
    reason: ({ isHttps }) =>
      isHttps
        ? 'Something in front of the box sees to https: its certificate is that one’s.'
        : 'This box does no https itself: that is left to something in front of it, or done without (BOX_TLS=off).',
    button: 'Go on to the box',
  },
}

/**
 * @param {keyof typeof VERDICTS} state
 * @param {object} box what is known of it
 * @param {URL} [target] where the button leads
 */
export function showVerdict(state, box, target) {
  const { mood, title, reason, button } = VERDICTS[state]
  find('main').dataset.mood = mood
  put(find('#verdict'), inWords(title, box))
  put(find('[data-reason]'), inWords(reason, box))
  const wayOn = find('[data-way-on]')
  wayOn.hidden = !button || !target
  if (wayOn.hidden) return
  const link = find('[data-on]')
  link.href = target.href
  put(link, button)
}

/** What is said again is not read out again. */
function put(place, text) {
  if (place.textContent !== text) place.textContent = text
}

function inWords(words, box) {
  return typeof words === 'function' ? words(box) : words
}
