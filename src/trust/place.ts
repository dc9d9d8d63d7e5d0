/** Longer addresses would not come back: nginx takes 8 KiB, and they are encoded on the way. */
const MOST_CHARACTERS = 2000
const PLACE = /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/

/**
 * A place of this box to go to: a path that begins with one slash, and its query. Whatever else was
 * asked for (another host, another scheme, what cannot stand in a header) is the landing page.
 */
export function placeIn(text: string | undefined): string {
  const isPlace = text !== undefined && text.length <= MOST_CHARACTERS && PLACE.test(text)
  return isPlace ? text : '/'
}

/** Where somebody wants to go, as far as the box knows it. */
export interface PlaceFacts {
  /** of the app; null: it is none that the box knows */
  readonly title: string | null
  /** what it may need a secure page for; null: that cannot be told */
  readonly secure: readonly string[] | null
}

/** An app as it is listed; its address is relative to the box's root. */
export interface ListedPlace {
  readonly url: string
  readonly title: string
  readonly secure: readonly string[] | null
}

/** Pages of the box, which need no secure page. */
const OWN_PAGES = /^\/(?:developers\/)?(?:index\.html)?(?:\?|$)/
const IN_APP = /^\/((?:apps|demos)\/[^/?]+\/)/

/**
 * @param place see `placeIn`
 * @param own the address of the app whose origin this is; undefined: it is the one that all share
 */
export function factsOfPlace(
  place: string,
  apps: readonly ListedPlace[],
  own?: string,
): PlaceFacts {
  if (own === undefined && OWN_PAGES.test(place)) return { title: null, secure: [] }
  const [, url = own] = IN_APP.exec(place) ?? []
  const app = apps.find((each) => each.url === url)
  return { title: app?.title ?? null, secure: app?.secure ?? null }
}
