const SESSION_ID = /^[A-Za-z0-9_-]{43}$/

/** The session that a web-socket path asks for: its last segment, if that is a session id (CON1). */
export function sessionIdOf(pathname: string): string | undefined {
  const last = pathname.slice(pathname.lastIndexOf('/') + 1)
  return SESSION_ID.test(last) ? last : undefined
}
