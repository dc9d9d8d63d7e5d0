import { element } from '../../common/element.js'
import { App, Constants, Model } from '../shared/croquet.js'
import { DemoView } from '../shared/demo-view.js'
import { joinDemo } from '../shared/join-demo.js'
import { COLOR_NAMES, COLORS } from '../shared/palette.js'
import { inWords, previewOf, sharedFile, warnOfLoopback } from './files.js'

/** What everybody must agree on. Being a Croquet constant it is part of the session's identity. */
Constants.chat = {
  colorCount: COLORS.length,
  guestNames: [
    'Badger',
    'Fox',
    'Hare',
    'Heron',
    'Lynx',
    'Magpie',
    'Newt',
    'Otter',
    'Robin',
    'Wren',
  ],
  longestName: 24,
  longestText: 2000,
  /** Characters of a picture's preview: with all else far below the 16 KiB that a message may hold. */
  longestPreview: 4000,
  /** The oldest go when there are more, so that joining stays quick. */
  mostEntries: 200,
  /** Who is back so soon has reloaded the page, which is no news (ms of teatime). */
  reloadMs: 15_000,
}

/* The model: it runs on everybody's device, gets the same messages in the same order, and so is the same everywhere. */

/**
 * The shared conversation. An entry is `{ key, kind, person, name, color }` of kind `came`, `left`, `renamed` (with
 * `formerName`), `text` (with `at`, `text`) or `file` (with `at`, `file`).
 */
export class Chat extends Model {
  init() {
    /** View id to `{ person, name, color }`. A person may have several pages open. */
    this.people = new Map()
    this.entries = []
    this.nextKey = 0
    this.subscribe(this.sessionId, 'view-join', this.tellPeople)
    this.subscribe(this.sessionId, 'view-exit', this.leave)
    this.subscribe(this.id, 'enter', this.enter)
    this.subscribe(this.id, 'say', this.say)
    this.subscribe(this.id, 'share', this.share)
  }

  tellPeople() {
    this.publish(this.sessionId, 'people', this.viewCount)
  }

  /** Comes with a new page, and again when somebody takes another name or colour. */
  enter({ by, person, name, color }) {
    const before = this.people.get(by)
    const isNew = !this.isHere(person)
    const now = {
      person,
      name: this.cut(name, Constants.chat.longestName) || before?.name || this.freeName(),
      color: this.isColor(color) ? color : this.rarestColor(),
    }
    this.people.set(by, now)
    if (isNew && !this.hasReloaded(person)) this.add({ kind: 'came', ...now })
    if (before && before.name !== now.name) {
      this.add({ kind: 'renamed', ...now, formerName: before.name })
    }
    this.tellPeople()
  }

  leave(viewId) {
    const who = this.people.get(viewId)
    this.people.delete(viewId)
    if (who && !this.isHere(who.person)) this.add({ kind: 'left', ...who, leftAt: this.now() })
    this.tellPeople()
  }

  isHere(person) {
    return [...this.people.values()].some((each) => each.person === person)
  }

  /** Takes the note back that this person left, if that was a moment ago. */
  hasReloaded(person) {
    const { reloadMs } = Constants.chat
    const note = this.entries.findLast((each) => each.kind === 'left' && each.person === person)
    if (!note || this.now() - note.leftAt > reloadMs) return false
    this.entries = this.entries.filter((each) => each !== note)
    this.publish(this.id, 'changed')
    return true
  }

  say({ by, at, text }) {
    const who = this.people.get(by)
    const said = this.cut(text, Constants.chat.longestText)
    if (who && said) this.add({ kind: 'text', ...who, at, text: said })
  }

  /** `file` is `{ name, type, size, width, height, preview, origin, handle }`: all but the bytes. */
  share({ by, at, file }) {
    const who = this.people.get(by)
    const isSafe = /^data:image\/jpeg;base64,[\w+/=]*$/.test(file.preview)
    const isShort = file.preview.length <= Constants.chat.longestPreview
    const preview = isSafe && isShort ? file.preview : ''
    if (who) this.add({ kind: 'file', ...who, at, file: { ...file, preview } })
  }

  add(entry) {
    this.entries.push({ key: this.nextKey++, ...entry })
    if (this.entries.length > Constants.chat.mostEntries) this.entries.shift()
    this.publish(this.id, 'changed')
  }

  cut(text, length) {
    return String(text ?? '')
      .trim()
      .slice(0, length)
  }

  /** `this.random()` gives everybody the same number. */
  freeName() {
    const { guestNames } = Constants.chat
    const taken = new Set([...this.people.values()].map(({ name }) => name))
    const free = guestNames.filter((name) => !taken.has(name))
    const choice = free.length > 0 ? free : guestNames
    return choice[Math.floor(this.random() * choice.length)]
  }

  isColor(color) {
    return Number.isInteger(color) && color >= 0 && color < Constants.chat.colorCount
  }

  rarestColor() {
    const uses = new Array(Constants.chat.colorCount).fill(0)
    for (const { color } of this.people.values()) uses[color]++
    return uses.indexOf(Math.min(...uses))
  }
}

Chat.register('Chat')

/* The view: it shows the model on this device, and sends what this person does. It never changes the model itself. */

const LARGEST_FILE_BYTES = 8 * 2 ** 20
/** Texts of one person that are closer than this stand under one name. */
const SAME_BREATH_MS = 3 * 60_000

const find = (selector) => document.querySelector(selector)
const talk = find('[data-talk]')
const entriesPlace = find('[data-entries]')
const composer = find('[data-composer]')
const words = find('[data-words]')
const files = find('[data-files]')
const sending = find('[data-sending]')
const nameDialog = find('[data-name-dialog]')
const nameForm = find('[data-name-form]')
find('[data-colors]').append(...COLOR_NAMES.map(swatch))
warnOfLoopback(find('[data-address-note]'))

/** Who this is, on this device: `{ person, name, color }`, the last two when they were chosen. */
const self = { person: App.randomSession(), ...JSON.parse(localStorage.getItem('chat') ?? '{}') }
localStorage.setItem('chat', JSON.stringify(self))

/** Shows the conversation, and sends what this person says and shares. */
export class ChatView extends DemoView {
  constructor(model) {
    super(model)
    this.subscribe(model.id, { event: 'changed', handling: 'oncePerFrame' }, this.showEntries)
    this.#wireWords()
    this.#wireFiles()
    this.#wireName()
    entriesPlace.replaceChildren()
    this.showEntries()
    // From here on, screen readers tell what is new.
    talk.ariaBusy = 'false'
    this.publish(model.id, 'enter', { by: this.viewId, ...self })
  }

  #wireWords() {
    this.listen(composer, 'submit', (event) => {
      event.preventDefault()
      if (!words.value.trim()) return
      this.publish(this.model.id, 'say', { by: this.viewId, at: Date.now(), text: words.value })
      words.value = ''
      words.focus()
    })
    this.listen(words, 'keydown', (event) => {
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
      event.preventDefault()
      composer.requestSubmit()
    })
  }

  #wireFiles() {
    const page = document.documentElement
    this.listen(find('[data-attach]'), 'click', () => files.click())
    this.listen(files, 'change', async () => {
      await this.#shareAll([...files.files])
      files.value = ''
    })
    this.listen(document, 'paste', ({ clipboardData }) => this.#shareAll([...clipboardData.files]))
    this.listen(document, 'dragover', (event) => {
      if (!event.dataTransfer.types.includes('Files')) return
      event.preventDefault()
      page.classList.add('dropping')
    })
    this.listen(document, 'dragleave', ({ relatedTarget }) => {
      if (!relatedTarget) page.classList.remove('dropping')
    })
    this.listen(document, 'drop', (event) => {
      event.preventDefault()
      page.classList.remove('dropping')
      this.#shareAll([...event.dataTransfer.files])
    })
  }

  #wireName() {
    this.listen(find('[data-me]'), 'click', () => {
      const { name, color } = this.model.people.get(this.viewId) ?? { name: '', color: 0 }
      nameForm.elements.name.value = name
      nameForm.elements.color.value = String(color)
      nameDialog.showModal()
      nameForm.elements.name.select()
    })
    this.listen(find('[data-keep-name]'), 'click', () => nameDialog.close())
    this.listen(nameForm, 'submit', () => {
      self.name = nameForm.elements.name.value
      self.color = Number(nameForm.elements.color.value)
      localStorage.setItem('chat', JSON.stringify(self))
      this.publish(this.model.id, 'enter', { by: this.viewId, ...self })
    })
  }

  async #shareAll(chosen) {
    for (const file of chosen) await this.#share(file)
  }

  /**
   * The Data API: `store` encrypts the bytes, uploads them to the box and answers with a handle. Only the handle goes
   * through the model; whoever wants the bytes hands it to `fetch`.
   */
  async #share(file) {
    if (file.size > LARGEST_FILE_BYTES) {
      sending.textContent = `${file.name} is too large: this chat takes up to ${inWords(LARGEST_FILE_BYTES)}.`
      return
    }
    sending.textContent = `Sending ${file.name}…`
    try {
      const picture = await previewOf(file, Constants.chat.longestPreview)
      const handle = await this.session.data.store(await file.arrayBuffer())
      const { name, type, size } = file
      const { origin } = location
      const message = { name, type, size, ...picture, origin, handle }
      this.publish(this.model.id, 'share', { by: this.viewId, at: Date.now(), file: message })
      sending.textContent = ''
    } catch (error) {
      sending.textContent = `${file.name} could not be sent: ${error.message}`
    }
  }

  showPeople(count) {
    super.showPeople(count)
    const { people } = this.model
    const all = new Map([...people.values()].map((each) => [each.person, each]))
    const own = people.get(this.viewId)
    const others = [...all.values()].filter(({ person }) => person !== self.person)
    find('[data-who]').replaceChildren(
      ...(own ? [personLine(own, `${own.name} (you)`)] : []),
      ...others.map((each) => personLine(each, each.name)),
    )
    if (!own) return
    find('[data-me-chip]').replaceWith(chip(own, { meChip: '' }))
    find('[data-me-name]').textContent = `You are ${own.name}. Change name or colour`
  }

  showEntries() {
    const { entries } = this.model
    const isAtEnd = talk.scrollHeight - talk.scrollTop - talk.clientHeight < 80
    const keys = new Set(entries.map(({ key }) => String(key)))
    for (const shown of [...entriesPlace.children]) {
      if (!keys.has(shown.dataset.key)) shown.remove()
    }
    const lastKey = Number(entriesPlace.lastElementChild?.dataset.key ?? -1)
    for (const [index, entry] of entries.entries()) {
      if (entry.key > lastKey) entriesPlace.append(this.#entry(entry, entries[index - 1]))
    }
    find('[data-start]').hidden = entries.some(({ kind }) => kind === 'text' || kind === 'file')
    if (isAtEnd || entries.at(-1)?.person === self.person) talk.scrollTop = talk.scrollHeight
  }

  #entry(entry, before) {
    const shown = entry.at === undefined ? note(entry) : said(entry, before, this.#content(entry))
    shown.dataset.key = String(entry.key)
    return shown
  }

  #content({ name, text, file }) {
    if (text !== undefined) return element('p', { className: 'text', textContent: text })
    return sharedFile(file, name, () => this.session.data.fetch(file.handle))
  }
}

function note({ kind, name, formerName }) {
  const happened = { came: 'came in', left: 'left', renamed: 'is the new name of' }[kind]
  const more = formerName ? ` ${formerName}` : ''
  return element('p', { className: 'note' }, element('strong', {}, name), ` ${happened}${more}`)
}

function said({ person, name, color, at }, before, content) {
  const goesOn = before?.person === person && at - before.at < SAME_BREATH_MS
  const time = element('time', { dateTime: new Date(at).toISOString() }, timeInWords(at))
  const head = element('p', { className: 'by' }, element('strong', {}, name), ' ', time)
  const shown = element(
    'article',
    { className: 'said' },
    chip({ name, color }),
    element('div', { className: 'bubble' }, head, content),
  )
  shown.classList.toggle('own', person === self.person)
  shown.classList.toggle('goes-on', goesOn)
  return shown
}

function personLine(person, name) {
  return element('li', {}, chip(person), element('span', {}, name))
}

function chip({ name, color }, dataset = {}) {
  const made = element('span', { className: 'chip', textContent: [...name][0].toUpperCase() })
  made.ariaHidden = 'true'
  made.style.setProperty('--color', COLORS[color])
  Object.assign(made.dataset, dataset)
  return made
}

function swatch(name, color) {
  const input = element('input', { type: 'radio', name: 'color', value: String(color) })
  input.ariaLabel = name
  const label = element('label', { title: name }, input, element('span'))
  label.style.setProperty('--color', COLORS[color])
  return label
}

function timeInWords(at) {
  const date = new Date(at)
  const isToday = date.toDateString() === new Date().toDateString()
  const day = isToday ? {} : { day: 'numeric', month: 'short' }
  return date.toLocaleString('en-GB', { ...day, hour: '2-digit', minute: '2-digit' })
}

joinDemo({ appId: 'io.croquet-in-a-box.chat', model: Chat, view: ChatView })
