import type { Pass } from './ports.ts'

/** Close reasons, for the user whose pass it is. */
export const PASS_ENDED = 'Your access to this box has ended. Ask whoever runs it for a new link.'
export const WRONG_APP = 'Your access to this box is for another app.'

/** What a session runs: the app, and under which id it keeps data for later sessions. */
export interface App {
  readonly appId: string | undefined
  readonly persistentId: string | undefined
}

const NO_APP: App = { appId: undefined, persistentId: undefined }

/** Whether the pass is good for this app (ROLE7). */
export function isFor(pass: Pass, { appId, persistentId }: App): boolean {
  return (
    (pass.appId === undefined || pass.appId === appId) &&
    (pass.persistentId === undefined || pass.persistentId === persistentId)
  )
}

/** Whether it lets its holder into a session of this app, as which they join (ROLE7, ROLE8). */
export function admitsTo(
  pass: Pass,
  app: App & { readonly isAppUnknown: boolean },
  joinedAs: App,
): boolean {
  if (app.isAppUnknown) return true
  if (!isFor(pass, app)) return false
  return mayNameApp(pass) || app.appId === undefined || isSameApp(app, joinedAs)
}

/** The app whose data a session may start from that its holder opens (ROLE8). */
export function appOpened(pass: Pass, { appId, persistentId }: App): App {
  return mayNameApp(pass) ? { appId, persistentId } : NO_APP
}

/** Whether it is the holder's word to say which app a session runs: then everybody there may store its data (ROLE8). */
export function saysWhichApp(pass: Pass): boolean {
  return mayNameApp(pass) && !isWatching(pass)
}

export function isSameApp(one: App, other: App): boolean {
  return one.appId === other.appId && one.persistentId === other.persistentId
}

/** Who may enter one session only could name the data of any app, unless the pass says which. */
function mayNameApp({ sessionId, appId, persistentId }: Pass): boolean {
  return sessionId === undefined || (appId !== undefined && persistentId !== undefined)
}

/** Whether it is good for watching only (ROLE1). */
export function isWatching({ role }: Pass): boolean {
  return role === 'viewer' || role === 'monitor'
}
