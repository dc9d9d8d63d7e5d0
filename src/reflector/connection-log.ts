import type { Json } from '../protocol/messages.ts'
import { withoutTokens } from '../protocol/token-path.ts'
import type { Connection } from './connection.ts'

/** Longer texts of clients are cut in the log: in JSON, each unit may become six. */
const MAX_LOGGED_LENGTH = 500

/** What each log line about a connection carries. */
export function logFields({ origin }: Connection, event: string): object {
  const { connection, userIp, sessionId } = origin
  return { scope: 'connection', event, connection, userIp, sessionId }
}

/** What a client sent, short enough for the log, and with no token in it. */
export function loggable(value: Json | undefined, most = MAX_LOGGED_LENGTH): Json | undefined {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  if (typeof value === 'string' && value.length <= most) return withoutTokens(value)
  if (text === undefined || text.length <= most) return value
  return `${withoutTokens(text.slice(0, most))}…`
}
