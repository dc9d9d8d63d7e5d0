/** A session that runs, as far as it matters here. */
export interface RunningSession {
  /** how many are in it */
  readonly users: number
  /** the page that opened it */
  readonly url: string
}

/** An app or demo in the path of a page, whatever prefix it was reached under. */
const FOLDER = /\/((?:apps|demos)\/[^/]+\/)/

/** How many people are in sessions of each app: by the beginning of its pages' paths, `apps/<name>/`. */
export function countPeople(sessions: Iterable<RunningSession>): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const { url, users } of sessions) {
    const [, folder] = FOLDER.exec(URL.parse(url)?.pathname ?? '') ?? []
    if (folder !== undefined) counts.set(folder, (counts.get(folder) ?? 0) + users)
  }
  return counts
}

/** How many people are in how many sessions, of apps and of pages elsewhere. */
export interface Crowd {
  readonly people: number
  readonly sessions: number
}

export function crowdIn(sessions: Iterable<RunningSession>): Crowd {
  const counts = Array.from(sessions, ({ users }) => users).filter((users) => users > 0)
  return { people: counts.reduce((sum, users) => sum + users, 0), sessions: counts.length }
}
