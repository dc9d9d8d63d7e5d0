/** Longer names are cut. */
const MAX_LENGTH = 40

/** What a user is called whose client said only this: a string, a list that begins with one, or an `id`. */
export function userName(user: unknown): string {
  const name = Array.isArray(user) ? user[0] : idOf(user)
  return typeof name === 'string' && name !== '' ? name.slice(0, MAX_LENGTH) : 'somebody'
}

function idOf(user: unknown): unknown {
  return typeof user === 'object' && user !== null && 'id' in user ? user.id : user
}
