import { ask } from './api.js'
import { element } from './common/element.js'
import { confirmed } from './dialogs.js'
import { explainFirst } from './live.js'
import { counted, size } from './words.js'

const find = (selector) => document.querySelector(selector)
const sum = (tallies) => ({
  count: tallies.reduce((total, { count }) => total + count, 0),
  bytes: tallies.reduce((total, { bytes }) => total + bytes, 0),
})

async function show() {
  const apps = await ask('files')
  const stored = sum(apps.flatMap(({ snapshots, data }) => [snapshots, data]))
  const garbage = sum(apps.map((app) => app.garbage))
  find('[data-total]').textContent =
    stored.count === 0
      ? 'No files yet'
      : `${size(stored.bytes)} in ${counted(stored.count, 'file')}`
  find('[data-apps]').replaceChildren(...apps.toSorted(byBytes).map(line))
  find('[data-garbage]').textContent =
    garbage.count === 0
      ? 'At the moment everything is needed, or was used within a day.'
      : `${counted(garbage.count, 'file')}, ${size(garbage.bytes)}, can go.`
}

function line({ appId, snapshots, data, garbage }) {
  return element(
    'tr',
    {},
    element('th', {
      scope: 'row',
      textContent: appId ?? 'of sessions that are gone, or gave no app',
    }),
    ...[snapshots, data, garbage].map(cell),
  )
}

function cell({ count, bytes }) {
  const text = count === 0 ? '–' : size(bytes)
  const made = element('td', { className: 'number', textContent: text })
  if (count > 0) made.append(element('small', { textContent: ` ${counted(count, 'file')}` }))
  return made
}

function byBytes(one, other) {
  const bytesOf = ({ snapshots, data }) => snapshots.bytes + data.bytes
  return bytesOf(other) - bytesOf(one)
}

find('[data-collect]').addEventListener('click', () => {
  confirmed({
    title: 'Clear away what nobody needs?',
    text: 'It goes for good. Nothing that a session can still go back to is among it.',
    label: 'Clear away',
    run: async () => {
      const removed = Object.values(await ask('files/garbage', { method: 'DELETE' }))
      const { count, bytes } = sum(removed)
      await show()
      return count === 0
        ? 'There was nothing to clear away.'
        : `Done: ${size(bytes)} are free again.`
    },
  })
})

show().catch(explainFirst)
