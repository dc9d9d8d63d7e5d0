import type { Pass } from './ports.ts'

/** Close reasons, for the user whose pass it is. */
export const PASS_ENDED = 'Your access to this box has ended. Ask whoever runs it for a new link.'
export const WRONG_APP = 'Your access to this box is for another app.'

/** Whether the pass is good for this app (ROLE7). */
export function isFor(pass: Pass, appId: string | undefined): boolean {
  return pass.appId === undefined || pass.appId === appId
}

/** Whether it is good for watching only (ROLE1). */
export function isWatching({ role }: Pass): boolean {
  return role === 'viewer' || role === 'monitor'
}
