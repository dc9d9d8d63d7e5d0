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
}
