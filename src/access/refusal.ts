/** A page for those who are not in: a file in `web/door/`. */
export const DOOR_PAGES = [
  'stranger',
  'unknown-name',
  'passphrase',
  'link',
  'refused',
  'admin-login',
  'admin-setup',
  'admin-link-over',
] as const
export type DoorPage = (typeof DOOR_PAGES)[number]

/** Why somebody may not come in, and what they can do about it. */
export interface Refusal {
  /** 401: with a credential they may; 403: not with this one, or not from there; 429: later; 503: the box cannot tell now */
  readonly statusCode: 401 | 403 | 429 | 503
  /** a sentence for whoever asked, without its full stop */
  readonly message: string
  readonly page: DoorPage
  /**
   * The same for the person before a page whose web socket is refused, in what a close has room for; see `closeReason`. Pages
   * of other origins can read it, so it tells nothing that they do not know. Undefined: the client had better try again.
   */
  readonly closeReason?: string
  /** for whoever runs the box; undefined: there is nothing to mend */
  readonly cause?: RefusalCause
}

/** Why somebody is turned away, and what to do if they should not be: whole sentences. */
export interface RefusalCause {
  readonly why: string
  readonly remedy: string
}

/** A web-socket close frame has room for this many bytes of reason. */
const MAX_CLOSE_REASON_BYTES = 123

/** The first of these sentences that fits into the close of a web socket. The last has to. */
export function closeReason(...sentences: readonly [string, ...string[]]): string {
  const fitting = sentences.find((each) => Buffer.byteLength(each) <= MAX_CLOSE_REASON_BYTES)
  if (fitting === undefined) throw new Error(`no sentence is short enough: ${sentences.at(-1)}`)
  return fitting
}

/** What is said as the end of a sentence, as a sentence of its own. */
export function asSentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`
}
