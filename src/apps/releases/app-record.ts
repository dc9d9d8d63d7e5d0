/** One deployed version of an app; its files never change. */
export interface AppRelease {
  /** when it was deployed, so that they sort by age; see {@link newReleaseId} */
  readonly id: string
  /** ISO 8601, UTC */
  readonly createdAt: string
  /** who deployed it, in the words of the audit log; "" if nobody knows */
  readonly by: string
  readonly files: number
  /** of all files */
  readonly bytes: number
  /** of its page; "" if it has none */
  readonly title: string
  /** path of a file of the release; "" if there is none */
  readonly icon: string
}

/** An app as it is kept, in its `app.json`. */
export interface AppRecord {
  /** id of the release that visitors get */
  readonly active: string
  /** the newest first; the active one is among them */
  readonly releases: readonly AppRelease[]
  /** of the app's own origin, for as long as the app is there; undefined: it never got one */
  readonly port?: number
}

const RELEASE_ID = /^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)-(\d{3})$/

export function isReleaseId(text: string): boolean {
  return RELEASE_ID.test(text)
}

/**
 * `20260131-235959-123`, UTC: later than that of every release before, whatever the clock does.
 * @param wallTime ms since 1970
 */
export function newReleaseId(wallTime: number, before: readonly AppRelease[]): string {
  const newest = Math.max(wallTime, ...before.map(({ id }) => releaseTime(id) + 1))
  const [date = '', time = ''] = new Date(newest).toISOString().split('T')
  return `${date.replaceAll('-', '')}-${time.replaceAll(/[:Z]/g, '').replace('.', '-')}`
}

/** When it was made, ms since 1970. */
export function releaseTime(id: string): number {
  return Date.parse(id.replace(RELEASE_ID, '$1-$2-$3T$4:$5:$6.$7Z'))
}

/** @returns undefined for what is no such record */
export function parseAppRecord(text: string): AppRecord | undefined {
  try {
    const record = JSON.parse(text) as unknown
    return isAppRecord(record) ? record : undefined
  } catch {
    return undefined
  }
}

function isAppRecord(value: unknown): value is AppRecord {
  if (!isObject(value) || !Array.isArray(value.releases)) return false
  const { active, releases, port } = value
  if (port !== undefined && !Number.isSafeInteger(port)) return false
  return releases.every(isAppRelease) && releases.some(({ id }) => id === active)
}

function isAppRelease(value: unknown): value is AppRelease {
  if (!isObject(value)) return false
  const texts = ['id', 'createdAt', 'by', 'title', 'icon']
  return (
    texts.every((key) => typeof value[key] === 'string') &&
    isReleaseId(String(value.id)) &&
    Number.isSafeInteger(value.files) &&
    Number.isSafeInteger(value.bytes)
  )
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
