import type { Entry } from '../access/door.ts'

/** Who may ask for what, by the route that a request was found to lead to. */
interface Entries {
  readonly routes: ReadonlyMap<string, Entry>
  /** Likewise, for the routes that begin so; the first counts. What is for admins, others may only look at. */
  readonly below: ReadonlyArray<readonly [prefix: string, entry: Entry]>
}

/** All else is for visitors. */
const OF_APPS: Entries = {
  routes: new Map([
    ['/healthz', 'everybody'],
    ['/readyz', 'everybody'],
    ['/enter', 'everybody'],
    ['/invite/*', 'everybody'],
    ['/trust', 'everybody'],
    // It names an app, which only those are told who may see all of them.
    ['/trust/place', 'visitors'],
    // They say at which port the dashboard is, which is no secret.
    ['/admin', 'everybody'],
    ['/admin/*', 'everybody'],
    ['/api', 'everybody'],
    ['/api/*', 'everybody'],
    ['/metrics', 'everybody'],
    ['/sessions', 'everybody'],
    ['/users/:sessionId', 'everybody'],
  ]),
  below: [['/trust/', 'everybody']],
}

const OF_ADMIN: Entries = {
  routes: new Map([
    ['/', 'everybody'],
    ['/healthz', 'everybody'],
    ['/readyz', 'everybody'],
    ['/metrics', 'monitors'],
    ['/sessions', 'monitors'],
    ['/users/:sessionId', 'monitors'],
    ['/admin', 'everybody'],
    ['/admin/login', 'callers'],
    ['/admin/setup/:code', 'callers'],
    // It holds the key of the box.
    ['/api/v1/backup', 'admins'],
    // These bring a proof of their own.
    ['/api/v1/backup/:ticket', 'everybody'],
    ['/api/v1/setup-link', 'everybody'],
    ['/api/v1/login', 'callers'],
    ['/api/v1/setup', 'callers'],
    ['/api/v1/logout', 'onlookers'],
    ['/api/v1/openapi.json', 'visitors'],
  ]),
  below: [
    // Pages without anything in them: what they show comes by the API.
    ['/admin/', 'everybody'],
    ['/api/', 'admins'],
  ],
}

/** Where apps are served. @param route undefined where there is none: nothing is for everybody there */
export function appEntry(method: string, route?: string): Entry {
  // A browser asks so before a page of another origin may ask for anything; nothing is told but that.
  return method === 'OPTIONS' ? 'everybody' : entryIn(OF_APPS, method, route)
}

/** At the dashboard's own origin, which pages of no other origin may ask. */
export function adminEntry(method: string, route?: string): Entry {
  return entryIn(OF_ADMIN, method, route)
}

function entryIn({ routes, below }: Entries, method: string, route = ''): Entry {
  const entry = routes.get(route)
  if (entry) return entry
  const [, wide] = below.find(([prefix]) => route.startsWith(prefix)) ?? []
  const isOnlyRead = method === 'GET' || method === 'HEAD'
  return wide === 'admins' && isOnlyRead ? 'onlookers' : (wide ?? 'visitors')
}
