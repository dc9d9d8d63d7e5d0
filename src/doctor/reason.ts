const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there (connection refused)',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  EHOSTUNREACH: 'there is no way to that machine',
  ENETUNREACH: 'there is no way to that network',
  ETIMEDOUT: 'nothing answers there',
  ENOTFOUND: 'the name is not known',
  EPROTO: 'no https is spoken at this port',
  ERR_SSL_WRONG_VERSION_NUMBER: 'no https is spoken at this port',
  ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR: 'the other side has no certificate to show',
  EAI_AGAIN: 'the name is not known: no name server answers',
}

/** The code of an error, wherever Node hides it; undefined if it has none. */
export function codeOf(error: unknown): string | undefined {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0])
  if (!(error instanceof Error)) return undefined
  if ('code' in error && typeof error.code === 'string') return error.code
  return codeOf(error.cause)
}

/** Why something failed, in a few words for people. */
export function reasonOf(error: unknown): string {
  const words = WORDS[codeOf(error) ?? '']
  if (words !== undefined) return words
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0])
  return error instanceof Error ? error.message : String(error)
}
