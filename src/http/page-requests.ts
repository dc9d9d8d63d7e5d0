import type { FastifyRequest } from 'fastify'
import { Origins } from '../access/origins.ts'
import { PAGE_KEY_HEADER, PAGE_KEY_PARAMETER, type PageKeys } from '../access/page-keys.ts'
import { entryOf } from './entries.ts'

const OWN_PAGES = new Origins([])

export interface PageRequestParts {
  readonly pageKeys: PageKeys
  /** scheme, host and prefix by which the box was asked */
  readonly publicUrl: string
}

/**
 * Whether the cookie that a browser brings may count (ADMIN6). A browser brings it whatever page has it ask, an app of
 * this box among them. So programs' addresses take it from pages only that have its key; and what tells how the box is
 * doing, when a person opens it.
 */
export function isCookieMeant(
  request: FastifyRequest,
  cookie: string,
  { pageKeys, publicUrl }: PageRequestParts,
): boolean {
  const { headers, method } = request
  const route = request.routeOptions.url ?? ''
  const isForPrograms = route.startsWith('/api/')
  if (!isForPrograms && entryOf(method, route) !== 'monitors') return true
  const isOpened = (headers['sec-fetch-dest'] ?? 'document') === 'document'
  if (!isForPrograms && isOpened) return true
  const { origin } = headers
  const isOwnPage =
    (headers['sec-fetch-site'] ?? 'same-origin') === 'same-origin' &&
    (origin === undefined || OWN_PAGES.allows({ origin, publicUrl, isLocal: false }))
  return isOwnPage && pageKeys.matches(cookie, pageKeyIn(request))
}

/** What opens an event stream or a download cannot set a header. */
function pageKeyIn({ headers, method, query }: FastifyRequest): string {
  const inQuery = (query as Record<string, unknown>)[PAGE_KEY_PARAMETER]
  const given = headers[PAGE_KEY_HEADER] ?? (method === 'GET' ? inQuery : undefined)
  return typeof given === 'string' ? given : ''
}
