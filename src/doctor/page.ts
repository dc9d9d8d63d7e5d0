import type { Address } from './address.ts'
import { type Answer, ask } from './ask.ts'
import { type Finding, ok, problem, warning } from './finding.ts'
import type { Way } from './join-probe.ts'
import { reasonOf } from './reason.ts'

/** What a browser gets that opens an address. */
export type Page =
  | Pick<Answer, 'status' | 'headers'>
  /** why nothing came */
  | { readonly reason: string }

/** As a browser that is told to open it. */
const BY_PERSON = {
  accept: 'text/html',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
}
/** Pages that ask who comes are pages, too. */
const DOORS = [401, 403]

/** @param way by which one comes in */
export async function probePage(address: Address, { authorization }: Way): Promise<Page> {
  const headers = { ...BY_PERSON, ...(authorization && { authorization }) }
  return ask(address, '', { headers }).catch((error: unknown) => ({ reason: reasonOf(error) }))
}

export function findingOfPage(page: Page): Finding {
  if ('reason' in page) {
    return problem('page', `no page comes: ${page.reason}`, 'Look into the log of the box.')
  }
  const { status, headers } = page
  const isHtml = headers['content-type']?.startsWith('text/html') ?? false
  if (isHtml && (status === 200 || DOORS.includes(status))) return ok('page', 'a page opens')
  if (status >= 300 && status < 400) return ok('page', `browsers are led to ${headers.location}`)
  if (status === 404) {
    return warning(
      'page',
      'there is no page at this address, only what lies below it',
      'If there is to be one, put `index.html` into the folder of BOX_WEB_DIR (`web/`).',
    )
  }
  return problem(
    'page',
    `what opens is no page: it is ${headers['content-type'] ?? 'of no type'}, with status ${status}`,
    'See whether a proxy passes on all paths to the box, and what the log of the box says.',
  )
}
