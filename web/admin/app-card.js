import { ask, boxUrl } from './api.js'
import { appIcon } from './common/app-icon.js'
import { askedWords } from './common/asked-words.js'
import { copyButton } from './common/copy-button.js'
import { element } from './common/element.js'
import { needsWords } from './common/needs-words.js'
import { originWords } from './common/origin-words.js'
import { shareApp } from './common/share-app.js'
import { confirmed } from './dialogs.js'
import { counted, moment, size, who } from './words.js'

const BY_HAND =
  'A folder in web/apps, put there by hand: it has no releases. Whoever put it there can take it away.'
const DELETE_TEXT =
  'The app and all its releases are gone for good. Who has it open keeps it until they reload. What people made in it stays on the box.'

/** An app with its releases, and what can be done to it. */
export class AppCard {
  #isAdmin
  #appUrl
  #refresh
  #app
  /** by place, what it was made of */
  #shown = new Map()
  #head = element('div', { className: 'app-head' })
  #people = element('p', { className: 'people' })
  #needs = element('p', { className: 'needs' })
  #notes = element('p', { className: 'needs notes' })
  #asked = element('p', { className: 'needs asked' })
  #origin = element('p', { className: 'origin' })
  #releases = element('ul', { className: 'releases' })
  #outcome = element('p', { className: 'outcome' })
  #element = element(
    'li',
    { className: 'card app' },
    ...[
      this.#head,
      this.#people,
      this.#needs,
      this.#notes,
      this.#asked,
      this.#origin,
      this.#releases,
      this.#outcome,
    ],
  )

  /** @param {{isAdmin: boolean, appUrl: URL, refresh: () => Promise<void>}} page `refresh` shows all apps as they are now */
  constructor({ isAdmin, appUrl, refresh }) {
    this.#isAdmin = isAdmin
    this.#appUrl = appUrl
    this.#refresh = refresh
    this.#outcome.setAttribute('role', 'status')
  }

  get element() {
    return this.#element
  }

  /** @param {import('./app-list.js').App} app */
  show(app) {
    const { name, title, address, icon, people, notes, active, releases } = app
    this.#app = app
    const inIt = `${counted(people, 'person', 'people')} in it now`
    say(this.#people, people === 0 ? 'Nobody is in it now' : inIt)
    this.#people.classList.toggle('nobody', people === 0)
    say(this.#needs, needsWords(app))
    say(this.#notes, notes.join(' '))
    say(this.#asked, askedWords(app))
    say(this.#origin, originWords(app))
    this.#origin.classList.toggle('shared', app.origin === 'shared')
    if (this.#isNews(this.#head, { title, address, icon })) {
      this.#head.replaceChildren(...this.#headParts(app))
    }
    if (this.#isNews(this.#releases, { name, title, active, releases })) {
      say(this.#outcome, '')
      this.#releases.replaceChildren(...this.#releaseLines(app))
    }
  }

  /** Whoever has the focus keeps it where nothing has changed. */
  #isNews(place, facts) {
    const text = JSON.stringify(facts)
    const isNews = this.#shown.get(place) !== text
    this.#shown.set(place, text)
    return isNews
  }

  #headParts(app) {
    const { title, releases } = app
    const address = new URL(app.address, this.#appUrl).href
    const heading = element('h3', {}, element('a', { href: address, textContent: title }))
    const words = element('div', {}, heading, element('code', { textContent: decodeURI(address) }))
    const copy = copyButton(() => address)
    copy.classList.add('button-small')
    const share = button('Share', `Share ${title}`)
    share.addEventListener('click', () =>
      shareApp({ title, url: address }, { root: this.#appUrl, asked: boxUrl }),
    )
    const actions = element('div', { className: 'app-actions' }, copy, share)
    actions.setAttribute('role', 'group')
    actions.setAttribute('aria-label', title)
    if (this.#isAdmin && releases.length > 0) actions.append(this.#deleteButton(title))
    return [appIcon(app, this.#appUrl), words, actions]
  }

  #deleteButton(title) {
    const made = button('Delete', `Delete ${title}`)
    made.classList.add('button-danger')
    made.addEventListener('click', () => this.#askToDelete())
    return made
  }

  #releaseLines({ active, releases }) {
    return releases.length === 0
      ? [element('li', { className: 'aside', textContent: BY_HAND })]
      : releases.map((release) => this.#releaseLine(release, active))
  }

  #releaseLine(release, active) {
    const { id, createdAt, by, files, bytes } = release
    const when = element('strong', { textContent: moment(new Date(createdAt)) })
    const facts = `by ${who(by)}, ${size(bytes)} in ${counted(files, 'file')}`
    const line = element(
      'li',
      {},
      element('span', {}, when, element('small', { textContent: facts })),
    )
    line.dataset.release = id
    if (id === active) {
      line.setAttribute('aria-current', 'true')
      line.append(element('span', { className: 'tag', textContent: 'people get this' }))
    } else if (this.#isAdmin) {
      const label = id < active ? 'Roll back' : 'Go forward'
      const go = button(label, `${label}: ${this.#app.title} of ${when.textContent}`)
      go.addEventListener('click', () => this.#activate(release))
      line.append(go)
    }
    return line
  }

  async #activate({ id, createdAt }) {
    const { name, title, active } = this.#app
    try {
      await ask(`apps/${encodeURIComponent(name)}/active`, { method: 'PUT', body: { release: id } })
      await this.#refresh()
      const way = id < active ? 'is back at' : 'has gone on to'
      say(
        this.#outcome,
        `${title} ${way} the release of ${moment(new Date(createdAt))}: everybody who opens it from now on gets that.`,
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
      title: `Delete app “${title}”?`,
      text: title === name ? DELETE_TEXT : `Its name in addresses is ${name}. ${DELETE_TEXT}`,
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

function button(textContent, ariaLabel) {
  const className = 'button button-small'
  return element('button', { type: 'button', className, textContent, ariaLabel })
}

function say(place, words) {
  if (place.textContent !== words) place.textContent = words
}
