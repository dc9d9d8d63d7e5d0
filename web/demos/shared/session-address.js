const EVERYBODY = { name: 'main', password: 'croquet-in-a-box' }

/**
 * The session that a page's address names: `?q=name#pw=password`. Without them everybody meets in one.
 * What follows the `#` never leaves the browser, so the box cannot know the password.
 */
export function sessionAt(address) {
  return {
    name: address.searchParams.get('q') || EVERYBODY.name,
    password: new URLSearchParams(address.hash.slice(1)).get('pw') || EVERYBODY.password,
  }
}

/** The same page in another session. */
export function addressOf(address, { name, password }) {
  const other = new URL(address.pathname, address)
  other.searchParams.set('q', name)
  other.hash = new URLSearchParams({ pw: password })
  return other
}
