/** Who is in a session, and who came and left since the last news; users as their clients gave them. */
export interface HeraldNews {
  readonly url: string
  readonly all: readonly unknown[]
  readonly joined: readonly unknown[]
  readonly left: readonly unknown[]
}

/**
 * What tells as much as one after the other. Who came and left in between is in neither list, so that
 * they never grow beyond the users that there are and those whom the herald knows.
 */
export function mergeNews(older: HeraldNews, newer: HeraldNews): HeraldNews {
  if (older.url !== newer.url) return newer
  return {
    ...newer,
    joined: [...without(older.joined, newer.left), ...without(newer.joined, older.left)],
    left: [...without(older.left, newer.joined), ...without(newer.left, older.joined)],
  }
}

/** The users less one for each that is `gone`. */
function without(users: readonly unknown[], gone: readonly unknown[]): readonly unknown[] {
  if (users.length === 0 || gone.length === 0) return users
  const counts = new Map<string, number>()
  for (const user of gone) {
    const text = JSON.stringify(user)
    counts.set(text, (counts.get(text) ?? 0) + 1)
  }
  return users.filter((user) => {
    const text = JSON.stringify(user)
    const count = counts.get(text) ?? 0
    counts.set(text, count - 1)
    return count <= 0
  })
}

/** The body that heralds know. @param time ms since 1970 */
export function encodeNews(
  sessionId: string,
  { all, joined, left }: HeraldNews,
  time: number,
): string {
  return JSON.stringify({
    ...{ time, id: sessionId, all },
    ...(joined.length > 0 && { joined }),
    ...(left.length > 0 && { left }),
  })
}
