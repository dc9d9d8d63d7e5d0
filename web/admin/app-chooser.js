import { chosenFile, chosenFolder, dropped } from './app-choice.js'

const UNREADABLE = 'Your browser could not read it. Try again, or choose it by a button.'
const NOTHING_IN_IT = 'There is no file in it. An app is a folder with an index.html.'

const find = (selector) => document.querySelector(selector)

/**
 * Lets somebody choose an app by the buttons of the page, or drop one anywhere on it.
 * @param {(choice: import('./app-choice.js').Choice) => void} take
 */
export function offerToChoose(take) {
  const takeFrom = async (choosing) => {
    find('[data-trouble]').textContent = ''
    try {
      const choice = await choosing
      if (choice.files.length > 0) take(choice)
      else find('[data-trouble]').textContent = NOTHING_IN_IT
    } catch {
      find('[data-trouble]').textContent = UNREADABLE
    }
  }
  letChoose('archive', ([file]) => takeFrom(chosenFile(file)))
  letChoose('folder', (files) => takeFrom(chosenFolder(files)))
  letDrop(takeFrom)
}

/** The input is behind a button: that looks and is called as others here. */
function letChoose(kind, take) {
  const input = find(`[data-${kind}]`)
  const button = find(`[data-choose="${kind}"]`)
  if (kind === 'folder' && !('webkitdirectory' in input)) button.hidden = true
  button.addEventListener('click', () => input.click())
  input.addEventListener('change', () => {
    const files = Array.from(input.files)
    // The same again is a choice, too.
    input.value = ''
    take(files)
  })
}

function letDrop(takeFrom) {
  const mark = (isOver) => {
    document.body.dataset.drag = isOver ? 'over' : ''
  }
  addEventListener('dragover', (event) => {
    if (!event.dataTransfer.types.includes('Files')) return
    // Without it the browser would show the file in place of this page.
    event.preventDefault()
    const isOver = !find('dialog[open]')
    event.dataTransfer.dropEffect = isOver ? 'copy' : 'none'
    mark(isOver)
  })
  addEventListener('dragleave', ({ relatedTarget }) => {
    if (relatedTarget === null) mark(false)
  })
  addEventListener('drop', (event) => {
    mark(false)
    if (!event.dataTransfer.types.includes('Files')) return
    event.preventDefault()
    if (!find('dialog[open]')) takeFrom(dropped(event.dataTransfer))
  })
}
