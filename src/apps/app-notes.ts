import { isAdaptable, isPage, isScript, MOST_PAGE_BYTES, MOST_SCRIPT_BYTES } from './adaptable.ts'
import { CLIENT_NAME } from './client-address.ts'

/** More than this nobody reads. */
const MOST_NOTES = 20
/** Clients say so about the address that they are given… */
const CLIENT_COMPLAINT = 'Cannot interpret reflector address'
/** …and this since 1.0, of which the cloud, and the box, want a key. */
const KEY_COMPLAINT = 'no apiKey provided in Session.join()'
/** How apps joined before 1.0; a client from the box has no such function. */
const OLD_JOIN = /\bCroquet\.startSession\s*\(\s*[^)\s]/
const STAYS = 'it is served as it is, and its client does not find this box'

/** Gathers what the owner of an app may want to mend, in sentences for the dashboard. */
export class AppNotes {
  readonly #notes: string[] = []

  get notes(): readonly string[] {
    return this.#notes
  }

  /** A page or script as it is on disk. */
  addFile(path: string, bytes: number): void {
    if (isPage(path) && !isAdaptable(path, bytes)) {
      this.#add(`${path} is longer than ${megabytes(MOST_PAGE_BYTES)}: ${STAYS}.`)
    }
  }

  /** A page whose text cannot be told. */
  addUnreadable(path: string): void {
    if (isPage(path)) this.#add(`${path} is UTF-16: ${STAYS}.`)
  }

  addScript(path: string, bytes: number, text: string): void {
    if (OLD_JOIN.test(text)) {
      this.#add(`${path} calls Croquet.startSession, which no client has since 1.0.`)
    }
    if (text.includes(CLIENT_COMPLAINT) && !text.includes(KEY_COMPLAINT)) {
      this.#add(`${path} brings a client from before 1.0, which works with the cloud only.`)
    }
    if (isScript(path) && !isAdaptable(path, bytes) && CLIENT_NAME.test(text)) {
      this.#add(
        `${path} is longer than ${megabytes(MOST_SCRIPT_BYTES)}: ` +
          'it is served as it is, and takes its client from where it says.',
      )
    }
  }

  /** A picture for the app's tile that is not shown. @param fault the end of a sentence */
  addPicture(path: string, fault: string): void {
    this.#add(`Its picture ${path} ${fault}: the tile shows another one.`)
  }

  #add(note: string): void {
    if (this.#notes.length < MOST_NOTES) this.#notes.push(note)
  }
}

function megabytes(bytes: number): string {
  return `${bytes / 1e6} MB`
}
