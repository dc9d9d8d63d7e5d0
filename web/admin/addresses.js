import { ask } from './api.js'
import { element } from './common/element.js'

const WHY_NONE = {
  unknown:
    'The box cannot see by which address other devices reach it. Say it here: then links and codes lead others to it.',
  'own-machine': 'Nobody else can: BOX_HOST says that only its own machine reaches the box.',
  'no-network': 'Nobody else can now: its machine is in no network.',
}
const KNOWN = 'Greeting, links and codes say these addresses.'

/**
 * Shows where others open the box; an admin can say it.
 * @param {HTMLElement} section with the elements that it fills
 */
export async function showAddresses(section, mayChange) {
  const find = (name) => section.querySelector(`[data-${name}]`)
  const form = find('say')
  const show = ({ others, lonely, said }) => {
    find('where').textContent = lonely ? WHY_NONE[lonely] : KNOWN
    find('urls').replaceChildren(...others.urls.map(urlItem))
    form.elements.said.value = said ?? ''
  }
  show(await ask('addresses'))
  form.hidden = !mayChange
  section.hidden = false
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    find('said').textContent = ''
    find('refused').textContent = ''
    try {
      show(await ask('addresses', { method: 'PUT', body: { said: form.elements.said.value } }))
      find('said').textContent = 'Saved.'
    } catch (refusal) {
      find('refused').textContent = refusal.message
      form.elements.said.select()
    }
  })
}

function urlItem(url) {
  return element('li', {}, element('code', { textContent: url }))
}
