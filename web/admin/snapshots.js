import { element } from './common/element.js'
import { date, duration, size, time } from './words.js'

/** The line begins with the session, or this long ago (ms). */
const SPAN_MS = 60 * 60_000

/**
 * Shows when a session was saved, on a line from its beginning until now.
 * @param {{stored: object[], session: object, at: number}} shown `stored` by the box, the newest first
 */
export function showSnapshots(place, { stored, session, at }) {
  const fresh = session.snapshots
    .filter(({ time: teatime }) => !stored.some((each) => each.time === teatime))
    .map((each) => ({ createdAt: each.at, time: each.time }))
  const all = [...stored, ...fresh].sort((one, other) => other.createdAt - one.createdAt)
  const vote = voteWords(session.vote)
  const key = JSON.stringify([all, vote, Math.floor(at / 60_000)])
  if (place.dataset.shown === key) return
  place.dataset.shown = key
  place.replaceChildren(
    element('p', { textContent: words(all, at) }),
    line(all, Math.max(Math.min(session.startedAt, all.at(-1)?.createdAt ?? at), at - SPAN_MS), at),
    element('p', { className: 'aside', textContent: vote }),
  )
}

function words([newest, ...older], at) {
  if (!newest) return 'There is none yet: whoever joins gets all messages since the beginning.'
  const bytes = newest.bytes === undefined ? '' : `, ${size(newest.bytes)}`
  const before = older.length > 0 ? ` ${older.length} before it are kept as well.` : ''
  return `The newest is ${duration(at - newest.createdAt)} old${bytes}.${before}`
}

function line(all, from, at) {
  const recent = all.filter(({ createdAt }) => createdAt >= from)
  const dots = recent.map(({ createdAt, bytes }) => {
    const dot = element('li', {
      title: `${date(createdAt)}${bytes === undefined ? '' : `, ${size(bytes)}`}`,
    })
    dot.style.insetInlineStart = `${((createdAt - from) / Math.max(1, at - from)) * 100}%`
    dot.append(element('span', { className: 'visually-hidden', textContent: dot.title }))
    return dot
  })
  return element(
    'div',
    { className: 'timeline' },
    element('ol', {}, ...dots),
    element('span', { textContent: time(from) }),
    element('span', { textContent: 'now' }),
  )
}

function voteWords(vote) {
  if (!vote) return 'Clients have not compared yet what they have.'
  const { groups, at } = vote
  const voters = groups.reduce((sum, { names }) => sum + names.length, 0)
  if (groups.length === 1) {
    return `At ${time(at)} ${voters === 1 ? 'one client' : `all ${voters} clients`} had the same (${groups[0].hash}).`
  }
  const parts = groups.map(({ hash, names }) => `${names.join(', ')}: ${hash}`)
  return `At ${time(at)} clients did not have the same. ${parts.join('; ')}.`
}
