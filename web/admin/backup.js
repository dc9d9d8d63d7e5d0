import { apiUrl, ask } from './api.js'
import { element } from './common/element.js'
import { explainFirst } from './live.js'

const find = (selector) => document.querySelector(selector)

/** A download can bring no token: the box says where there is one that needs none, once. */
async function save() {
  const { path } = await ask('backup', { method: 'POST' })
  // Nothing but a link has the browser save a file and say why not, if the box refuses.
  element('a', { href: new URL(path, apiUrl).href, download: '' }).click()
  return 'Your browser says when it is done, and if it failed. What is not whole is no backup.'
}

find('[data-today]').textContent = new Date().toISOString().slice(0, 10)
find('[data-backup]').addEventListener('click', async () => {
  const outcome = find('[data-outcome]')
  outcome.textContent = await save().catch(({ message }) => message)
})
ask('health').catch(explainFirst)
