import type { Entry } from '../access/door.ts'

/** Who may ask for what, by the route that a request was found to lead to. All else is for visitors. */
const ENTRIES: ReadonlyMap<string, Entry> = new Map([
  ['/healthz', 'everybody'],
  ['/readyz', 'everybody'],
  ['/enter', 'everybody'],
  ['/invite/*', 'everybody'],
  ['/trust', 'everybody'],
  ['/metrics', 'monitors'],
  ['/sessions', 'monitors'],
  ['/users/:sessionId', 'monitors'],
  ['/admin', 'onlookers'],
  ['/admin/login', 'callers'],
  ['/admin/setup/:code', 'callers'],
  // It holds the key of the box.
  ['/api/v1/backup', 'admins'],
  ['/api/v1/login', 'callers'],
  ['/api/v1/logout', 'onlookers'],
  ['/api/v1/openapi.json', 'visitors'],
  // It brings a proof of its own.
  ['/api/v1/setup-link', 'everybody'],
])
/** Likewise, for the routes that begin so; the first counts. What is for admins, others may only look at. */
const ENTRIES_BELOW: ReadonlyArray<readonly [prefix: string, entry: Entry]> = [
  ['/trust/', 'everybody'],
  ['/admin/common/', 'callers'],
  ['/admin/lib/', 'callers'],
  ['/admin/', 'onlookers'],
  ['/api/', 'admins'],
]

/** @param route undefined where there is none: nothing is for everybody there */
export function entryOf(method: string, route = ''): Entry {
  // A browser asks so before a page of another origin may ask for anything; nothing is told but that.
  if (method === 'OPTIONS') return 'everybody'
  const entry = ENTRIES.get(route)
  if (entry) return entry
  const [, below] = ENTRIES_BELOW.find(([prefix]) => route.startsWith(prefix)) ?? []
  const isOnlyRead = method === 'GET' || method === 'HEAD'
  return below === 'admins' && isOnlyRead ? 'onlookers' : (below ?? 'visitors')
}
