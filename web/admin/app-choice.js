import { count, counted, size } from './words.js'

const ARCHIVE = /\.(zip|tar|tgz|tar\.gz)$/i
/** What is installed or kept beside an app, and is none of it. */
const NOT_SENT = /^(\..*|node_modules)$/
/** What builds call their folder: that says nothing of the app. */
const FOLDER_OF_A_BUILD = /^(dist|build|out|public|www|site|html|app)$/
/** Browsers put it behind what they have saved before. */
const COPY_NUMBER = / ?\(\d+\)$/
const LONGEST_NAME = 64

/**
 * What somebody chose to deploy.
 * @typedef {{
 *   called: string,
 *   files: Array<{path: string, file: File}>,
 *   leftOut: string[],
 * }} Choice `called`: the name of the archive or folder, "" if there are several; `path`: below that folder
 */

/** @returns {Choice} of what was chosen as one file */
export function chosenFile(file) {
  return { called: file.name, files: [{ path: file.name, file }], leftOut: [] }
}

/** @param {File[]} files of a folder, as an input has them @returns {Choice} */
export function chosenFolder(files) {
  const [called = ''] = files[0]?.webkitRelativePath.split('/') ?? []
  const found = files.map((file) => ({
    path: file.webkitRelativePath.slice(called.length + 1),
    file,
  }))
  return choiceOf(called, found)
}

/**
 * Has to be called while the drop is told: later the browser knows nothing of it.
 * @param {DataTransfer} transfer
 * @returns {Promise<Choice>}
 */
export async function dropped(transfer) {
  const entries = Array.from(transfer.items, (item) => item.webkitGetAsEntry()).filter(Boolean)
  const [only, ...others] = entries
  if (others.length > 0) return choiceOf('', (await Promise.all(entries.map(below))).flat())
  if (only?.isDirectory) return choiceOf(only.name, await inFolder(only, ''))
  return only ? chosenFile(await fileOf(only)) : choiceOf('', [])
}

/** Whether it is an archive, for the box to unpack. */
export function isArchive({ files: [only, ...others] }) {
  return others.length === 0 && ARCHIVE.test(only?.path ?? '')
}

/** @param {Choice} choice @returns {string} garden.zip, 1.2 MB */
export function about(choice) {
  const { called, files } = choice
  const bytes = files.reduce((sum, { file }) => sum + file.size, 0)
  const number = isArchive(choice) ? [] : [counted(files.length, 'file')]
  return [...(called === '' ? [] : [called]), ...number, size(bytes)].join(', ')
}

/** What was left out, for a sentence; at most a few names. */
export function listed(leftOut) {
  const most = 5
  const names = leftOut.slice(0, most).join(', ')
  return leftOut.length > most ? `${names} and ${count(leftOut.length - most)} more` : names
}

/** @param {Choice} choice @returns {Promise<string>} what the app can be called; "" if nothing tells */
export async function suggestedName({ called, files }) {
  const name = nameFrom(called.replace(ARCHIVE, '').replace(COPY_NUMBER, ''))
  if (name !== '' && !FOLDER_OF_A_BUILD.test(name)) return name
  const page = files.find(({ path }) => path === 'index.html')
  if (!page) return ''
  const { title } = new DOMParser().parseFromString(await page.file.text(), 'text/html')
  return nameFrom(title)
}

function nameFrom(words) {
  return words
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, LONGEST_NAME)
    .replaceAll(/^-|-$/g, '')
}

function choiceOf(called, found) {
  const files = []
  const leftOut = new Set()
  for (const { path, file } of found) {
    const unwanted = unwantedIn(path)
    if (unwanted === undefined) files.push({ path, file })
    else leftOut.add(unwanted)
  }
  return { called, files, leftOut: [...leftOut] }
}

/** The topmost file or folder on the path that is not sent. */
function unwantedIn(path) {
  const parts = path.split('/')
  const index = parts.findIndex((part) => NOT_SENT.test(part))
  if (index === -1) return undefined
  const isFolder = index < parts.length - 1
  return parts.slice(0, index + 1).join('/') + (isFolder ? '/' : '')
}

async function below(entry) {
  return entry.isDirectory
    ? inFolder(entry, `${entry.name}/`)
    : [{ path: entry.name, file: await fileOf(entry) }]
}

/** Of what is not sent, only that it is there: it may be very much. */
async function inFolder(folder, above) {
  const found = []
  for (const entry of await entriesOf(folder)) {
    const path = `${above}${entry.name}`
    if (NOT_SENT.test(entry.name)) found.push({ path: entry.isDirectory ? `${path}/` : path })
    else if (entry.isDirectory) found.push(...(await inFolder(entry, `${path}/`)))
    else found.push({ path, file: await fileOf(entry) })
  }
  return found
}

/** A reader tells some of them at a time, and none when there are no more. */
async function entriesOf(folder) {
  const reader = folder.createReader()
  const entries = []
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject))
    if (some.length === 0) return entries
    entries.push(...some)
  }
}

function fileOf(entry) {
  return new Promise((resolve, reject) => entry.file(resolve, reject))
}
