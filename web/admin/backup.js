import { apiUrl, ask } from './api.js'
import { explainFirst } from './live.js'
import { withKey } from './page-key.js'

const find = (selector) => document.querySelector(selector)

find('[data-today]').textContent = new Date().toISOString().slice(0, 10)
find('[data-backup]').href = withKey(new URL('backup', apiUrl))
find('[data-backup]').addEventListener('click', () => {
  find('[data-outcome]').textContent =
    'Your browser says when it is done, and if it failed. What is not whole is no backup.'
})
ask('health').catch(explainFirst)
