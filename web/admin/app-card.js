import { ask, boxUrl } from './api.js'
import { appIcon } from './common/app-icon.js'
import { copyButton } from './common/copy-button.js'
import { element } from './common/element.js'
import { shareApp } from './common/share-app.js'
import { confirmed } from './dialogs.js'
import { counted, date, size, who } from './words.js'

const DELETE_TEXT =
  'The app and all its releases are gone for good. Who has it open keeps it until they reload. What people made in it stays on the box.'

/** An app with its releases, and what can be done to it. */
export class AppCard {
  #isAdmin
  #refresh
  #app
  #shown = ''
  #head = element('div', { className: 'app-head' })
  #people = element('p', { className: 'people' })
  #needs = element('p', { className: 'needs' })
  #releases = element('ul', { className: 'releases' })
  #outcome = element('p', { className: 'outcome' })
  #element = element(
    'li',
    { className: 'card app' },
    ...[this.#head, this.#people, this.#needs, this.#releases, this.#outcome],
  )

  /** @param {{isAdmin: boolean, refresh: () => Promise<void>}} page `refresh` shows all apps as they are now */
  constructor({ isAdmin, refresh }) {
    this.#isAdmin = isAdmin
    this.#refresh = refresh
    this.#outcome.setAttribute('role', 'status')
  }

  get element() {
    return this.#element
  }

  /** @param {import('./app-list.js').App} app */
  show(app) {
    this.#app = app
    const { people, needs, ...lasting } = app
    const counts = `${counted(people, 'person', 'people')} in it now`
    say(this.#people, people === 0 ? 'Nobody is in it now' : counts)
    this.#people.classList.toggle('nobody', people === 0)
    say(this.#needs, needs.length === 0 ? '' : `Needs the internet: ${needs.join(', ')}`)
    const shown = JSON.stringify(lasting)
    if (shown === this.#shown) return
    this.#shown = shown
    say(this.#outcome, '')
    this.#head.replaceChildren(...this.#headOf(app))
    this.#releases.replaceChildren(...this.#releasesOf(app))
  }

  #headOf(app) {
    const { title, name, url } = app
    const address = new URL(url, boxUrl).href
    const share = button('Share', `Share ${title}`)
    share.addEventListener('click', () => shareApp(app, boxUrl))
    const remove = button('Delete', `Delete ${title}`, 'button-danger')
    remove.addEventListener('click', () => this.#askToDelete())
    const isOurs = this.#isAdmin && app.releases.length > 0
    const heading = element('h3', {}, element('a', { href: address, textContent: title }))
    const words = element('div', {}, heading, element('code', { textContent: decodeURI(address) }))
    const actions = element('div', { className: 'app-actions' })
    actions.append(
      copyButton(() => address),
      share,
      ...(isOurs ? [remove] : []),
    )
    actions.setAttribute('role', 'group')
    actions.setAttribute('aria-label', name)
    return [appIcon(app, boxUrl), words, actions]
  }

  #releasesOf({ name, active, releases }) {
    if (releases.length === 0) {
      const words = `A folder in web/apps, put there by hand: it has no releases. Deploy an app called ${name}, and people get that in its place.`
      return [element('li', { className: 'aside', textContent: words })]
    }
    const isOlder = ({ id }) => id < active
    return releases.map((release) =>
      this.#releaseLine(release, release.id === active, isOlder(release)),
    )
  }

  #releaseLine(release, isActive, isOlder) {
    const { id, createdAt, by, files, bytes } = release
    const when = element('strong', { textContent: date(new Date(createdAt)) })
    const facts = ` by ${who(by)}, ${size(bytes)} in ${counted(files, 'file')}`
    const words = element('span', {}, when, element('small', { textContent: facts }))
    const line = element('li', {}, words)
    line.dataset.release = id
    if (isActive) {
      line.setAttribute('aria-current', 'true')
      line.append(element('span', { className: 'tag', textContent: 'people get this' }))
    } else if (this.#isAdmin) {
      const label = isOlder ? 'Roll back' : 'Go forward'
      const go = button(label, `${label}: ${this.#app.title} of ${when.textContent}`)
      go.addEventListener('click', () => this.#activate(release, label))
      line.append(go)
    }
    return line
  }

  async #activate({ id, createdAt }, label) {
    const { name, title, active } = this.#app
    try {
      await ask(`apps/${encodeURIComponent(name)}/active`, { method: 'PUT', body: { release: id } })
      await this.#refresh()
      const way = label === 'Roll back' ? 'is back at' : 'has gone on to'
      say(
        this.#outcome,
        `${title} ${way} the release of ${date(new Date(createdAt))}: everybody who opens it from now on gets that.`,
      )
      // The button that was pressed is gone: there is the one that undoes it.
      this.#releases.querySelector(`[data-release="${active}"] button`)?.focus()
    } catch (refusal) {
      say(this.#outcome, refusal.message)
    }
  }

  #askToDelete() {
    const { name, title } = this.#app
    confirmed({
      title: `Delete ${title}?`,
      text: DELETE_TEXT,
      label: 'Delete it',
      isGrave: true,
      run: async () => {
        await ask(`apps/${encodeURIComponent(name)}`, { method: 'DELETE' })
        await this.#refresh()
        return this.#element.isConnected
          ? 'It is deleted. There is a folder of that name in web/apps: people get that now.'
          : 'It is deleted.'
      },
    })
  }
}

function button(textContent, label, kind = '') {
  const made = element('button', { type: 'button', textContent, ariaLabel: label })
  made.className = `button button-small ${kind}`.trimEnd()
  return made
}

function say(place, words) {
  if (place.textContent !== words) place.textContent = words
}
