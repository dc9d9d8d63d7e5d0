/** The roles there are; see `Pass`. */
export const ROLES = ['participant', 'viewer', 'monitor', 'admin'] as const
export type Role = (typeof ROLES)[number]
/** Those that only look: at sessions, and `monitor` at how the box is doing as well. */
export const WATCHING_ROLES: readonly Role[] = ['viewer', 'monitor']

/** Those for whom the dashboard is. */
export const DASHBOARD_ROLES: readonly Role[] = ['monitor', 'admin']

/** What a visitor may do here, and for how long. */
export interface Pass {
  /** `participant`: what apps do; `viewer`: only to watch; `monitor`: to look at all that an admin sees as well; `admin`: to run the box */
  readonly role: Role
  /** the only app it is good for; undefined: any */
  readonly appId: string | undefined
  /** the only persistent data of an app it is good for; undefined: any */
  readonly persistentId: string | undefined
  /** the only session it is good for; undefined: any */
  readonly sessionId: string | undefined
  /** whose it is, in the words of the audit log */
  readonly who: string
  /** ms since 1970; undefined: it does not run out */
  readonly expiresAt: number | undefined
  /** Whether it still holds: neither run out nor revoked. */
  isGood(): boolean
}

/** Of those who are let in without showing anything. */
export const ANYBODY: Pass = {
  role: 'participant',
  appId: undefined,
  persistentId: undefined,
  sessionId: undefined,
  who: 'anybody',
  expiresAt: undefined,
  isGood: () => true,
}
