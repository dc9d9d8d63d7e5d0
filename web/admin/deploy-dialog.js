import { about, listed, suggestedName } from './app-choice.js'
import { element } from './common/element.js'
import { deploy } from './upload.js'
import { size } from './words.js'

const NAME = '[a-z0-9][a-z0-9\\-]{0,63}'
const NAME_RULE = 'Small letters a to z, digits and hyphens, 64 at most, a letter or digit first.'
/** What the box answers to sources that have to be built first. */
const NOT_BUILT = 422
const NEVER_SENT = 'Hidden files never get onto the box; of a folder, node_modules does not either.'

/** Asks for the name of an app that was chosen, and deploys it. */
export class DeployDialog {
  #choice
  #appUrl
  #known
  #onDone
  /** whether it is meant though it seems that it is not built yet */
  #isAsItIs = false
  #stop = new AbortController()
  #name = element('input', {
    ...{ name: 'name', required: true, pattern: NAME, title: NAME_RULE, maxLength: 64 },
    ...{ autocomplete: 'off', spellcheck: false, autocapitalize: 'none' },
  })
  #heading = element('h2', { id: 'deploy-dialog-title' })
  #address = element('code')
  #meaning = liveRegion('p')
  #bar = element('progress', { max: 1, value: 0, ariaLabel: 'Sent so far' })
  #sent = element('small')
  #progress = element('div', { className: 'progress', hidden: true }, this.#bar, this.#sent)
  #outcome = liveRegion('div', 'outcome')
  #go = element('button', { className: 'button button-main', textContent: 'Deploy' })
  #cancel = element('button', { type: 'button', className: 'button', textContent: 'Cancel' })
  #dialog

  /**
   * @param {import('./app-choice.js').Choice} choice
   * @param {{appUrl: URL, known: (name: string) => object | undefined, onDone: () => Promise<void>}} app
   *   `appUrl`: where apps are; `known`: the app of that name, if there is one; `onDone` is called when there is another release
   */
  constructor(choice, { appUrl, known, onDone }) {
    this.#choice = choice
    this.#appUrl = appUrl
    this.#known = known
    this.#onDone = onDone
  }

  async open() {
    this.#name.value = await suggestedName(this.#choice)
    this.#name.addEventListener('input', () => this.#showName())
    this.#dialog = this.#build()
    this.#cancel.addEventListener('click', () => this.#dialog.close())
    this.#dialog.addEventListener('close', () => {
      this.#stop.abort()
      this.#dialog.remove()
    })
    this.#showName()
    document.body.append(this.#dialog)
    this.#dialog.showModal()
    this.#name.select()
  }

  #build() {
    const heading = this.#heading
    const rule = element('small', { textContent: NAME_RULE, id: 'deploy-name-rule' })
    this.#name.setAttribute('aria-describedby', rule.id)
    const form = element(
      'form',
      { method: 'dialog' },
      heading,
      element('p', { className: 'chosen', textContent: about(this.#choice) }),
      element('label', {}, 'Its name', this.#name),
      rule,
      element('p', {}, 'Opens at ', this.#address),
      this.#meaning,
      this.#progress,
      this.#outcome,
      element('div', { className: 'buttons' }, this.#cancel, this.#go),
    )
    form.addEventListener('submit', (event) => {
      event.preventDefault()
      this.#deploy()
    })
    const dialog = element('dialog', {}, form)
    dialog.setAttribute('aria-labelledby', heading.id)
    return dialog
  }

  #addressOf(name) {
    return decodeURI(new URL(`apps/${name}/`, this.#appUrl).href)
  }

  #showName() {
    const name = this.#name.value
    say(this.#heading, name === '' ? 'Deploy an app' : `Deploy app “${name}”`)
    this.#address.textContent = this.#addressOf(name === '' ? '…' : name)
    say(this.#meaning, meaningOf(name, this.#known(name)))
  }

  async #deploy() {
    const name = this.#name.value
    this.#setBusy(true)
    say(this.#outcome, '')
    try {
      const { signal } = this.#stop
      const onSent = (bytes, all) => this.#showSent(bytes, all)
      const deployed = await deploy(name, this.#choice, {
        ...{ signal, onSent, isAsItIs: this.#isAsItIs },
      })
      await this.#onDone()
      this.#showDone(name, deployed)
    } catch (refusal) {
      this.#setBusy(false)
      say(this.#outcome, refusal.message)
      this.#isAsItIs = refusal.status === NOT_BUILT
      this.#go.textContent = this.#isAsItIs ? 'Deploy it all the same' : 'Deploy'
      this.#name.focus()
    }
  }

  #setBusy(isBusy) {
    this.#go.disabled = isBusy
    this.#name.readOnly = isBusy
    this.#progress.hidden = !isBusy
    this.#bar.value = 0
    this.#sent.textContent = ''
  }

  #showSent(bytes, all) {
    if (bytes < all) {
      this.#bar.value = bytes / all
      this.#sent.textContent = `${size(bytes)} of ${size(all)} sent`
    } else {
      this.#bar.removeAttribute('value')
      this.#sent.textContent = 'All of it is sent. The box checks and unpacks it…'
    }
  }

  #showDone(name, { skipped }) {
    const leftOut = [...new Set([...this.#choice.leftOut, ...skipped])]
    const notes = leftOut.length > 0 ? [`Left out: ${listed(leftOut)}. ${NEVER_SENT}`] : []
    const link = element('a', {
      href: this.#addressOf(name),
      target: '_blank',
      textContent: 'Open it',
    })
    const done = `Deployed: everybody who opens ${name} from now on gets this. `
    this.#outcome.replaceChildren(
      element('p', {}, done, link),
      ...notes.map((textContent) => element('p', { className: 'aside', textContent })),
    )
    this.#progress.hidden = true
    this.#meaning.remove()
    this.#go.remove()
    this.#cancel.textContent = 'Close'
    this.#cancel.focus()
  }
}

function meaningOf(name, known) {
  if (name === '' || !known) return ''
  return known.releases.length > 0
    ? `There is an app ${name}: this will be its next release.`
    : `There is a folder ${name} in web/apps: people will get this in its place.`
}

function liveRegion(tag, className = '') {
  const made = element(tag, { className })
  made.setAttribute('role', 'status')
  return made
}

function say(place, words) {
  if (place.textContent !== words) place.textContent = words
}
