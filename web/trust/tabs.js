import { element } from './common/element.js'

/** How keys move among tabs. */
const MOVES = {
  ArrowRight: (index) => index + 1,
  ArrowLeft: (index) => index - 1,
  Home: () => 0,
  End: () => -1,
}

/**
 * Makes tabs of panels, by the pattern of ARIA: one is shown, arrow keys move among them.
 * @param {HTMLElement} list for the tabs
 * @param {HTMLElement[]} panels each with `data-name`
 * @param {HTMLElement} first the panel to begin with
 */
export function showTabs(list, panels, first) {
  const tabs = panels.map((panel) => {
    const { device, name } = panel.dataset
    const tab = element('button', { type: 'button', id: `tab-${device}`, textContent: name })
    tab.setAttribute('role', 'tab')
    panel.id = `for-${device}`
    panel.setAttribute('role', 'tabpanel')
    panel.setAttribute('aria-labelledby', tab.id)
    tab.setAttribute('aria-controls', panel.id)
    tab.addEventListener('click', () => select(tab))
    return tab
  })
  const select = (selected) => {
    for (const [index, tab] of tabs.entries()) {
      tab.setAttribute('aria-selected', String(tab === selected))
      tab.tabIndex = tab === selected ? 0 : -1
      panels[index].hidden = tab !== selected
    }
  }
  list.addEventListener('keydown', (event) => {
    const move = MOVES[event.key]
    if (!move) return
    event.preventDefault()
    const tab = tabs.at(move(tabs.indexOf(event.target)) % tabs.length)
    select(tab)
    tab.focus()
  })
  list.append(...tabs)
  list.hidden = false
  select(tabs[panels.indexOf(first)])
}
