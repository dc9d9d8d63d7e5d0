import type { Connection } from './connection.ts'

/** What each log line about a connection carries. */
export function logFields({ origin }: Connection, event: string): object {
  const { connection, userIp, sessionId } = origin
  return { scope: 'connection', event, connection, userIp, sessionId }
}
