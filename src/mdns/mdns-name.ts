/** The name of a box whose settings say nothing of it. */
export const USUAL_LABEL = 'croquet'
/** So many names are tried on a network: `croquet`, `croquet-2` … */
export const MOST_NAMES = 20
/** A label has 63 at most, of which the longest number takes three. */
const LONGEST_LABEL = 60
const LABEL = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/
const DOMAIN = '.local'

/** What `BOX_MDNS_NAME` says: `auto`, `off`, or the first label of a name in `.local`. */
export type MdnsSetting = string

/** @throws {Error} completing "BOX_MDNS_NAME must be …" */
export function parseMdnsName(text: string): MdnsSetting {
  const lower = text.trim().toLowerCase()
  const label = lower.endsWith(DOMAIN) ? lower.slice(0, -DOMAIN.length) : lower
  if (LABEL.test(label) && label.length <= LONGEST_LABEL) return label
  throw new Error(
    `a name of letters a to z, digits and hyphens, ${LONGEST_LABEL} at most (croquet), or auto, or off`,
  )
}

/** @param attempt from 1 on: the first that is free is the box's */
export function labelOf(base: string, attempt: number): string {
  return attempt === 1 ? base : `${base}-${attempt}`
}

export function nameOf(label: string): string {
  return `${label}${DOMAIN}`
}

/** Whether the name is one that a box of this base may have had, which may be another box's by now. */
export function isNameLike(base: string, name: string): boolean {
  const attempts = Array.from({ length: MOST_NAMES }, (_, index) => index + 1)
  return attempts.some((attempt) => nameOf(labelOf(base, attempt)) === name)
}
