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
