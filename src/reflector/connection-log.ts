import type { Json } from '../protocol/messages.ts'
import { withoutTokens } from '../protocol/token-path.ts'
import type { Connection } from './connection.ts'

/** Longer texts of clients are cut in the log. */
const MAX_LOGGED_LENGTH = 2000

/** What each log line about a connection carries. */
export function logFields({ origin }: Connection, event: string): object {
  const { connection, userIp, sessionId } = origin
  return { scope: 'connection', event, connection, userIp, sessionId }
}

/** What a client sent, short enough for the log, and with no token in it. */
export function loggable(value: Json | undefined): Json | undefined {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  if (typeof value === 'string' && value.length <= MAX_LOGGED_LENGTH) return withoutTokens(value)
  if (text === undefined || text.length <= MAX_LOGGED_LENGTH) return value
  return `${withoutTokens(text.slice(0, MAX_LOGGED_LENGTH))}…`
}
