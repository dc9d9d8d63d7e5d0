import { boxUrl } from '../common/address.js'
import { copyButton } from '../common/copy-button.js'
import { showLibraries } from './libraries.js'

const find = (selector) => document.querySelector(selector)

/** Below a path prefix the box has that prefix. */
const snippet = find('[data-snippet]')
snippet.textContent = snippet.textContent.replaceAll("'/", `'${boxUrl.pathname}`)
find('[data-box-option]').textContent = `box: '${boxUrl}'`
for (const code of document.querySelectorAll('[data-code]')) {
  code.append(copyButton(() => code.querySelector('code').textContent))
}
showLibraries(find('[data-libraries]'))
