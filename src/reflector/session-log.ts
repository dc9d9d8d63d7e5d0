import type { SessionFact } from '../session/ports.ts'
import type { Log } from './ports.ts'

/** Words what a session reports. */
export function describeFact(log: Log, sessionId: string, fact: SessionFact): void {
  const { kind, ...data } = fact
  const fields = { scope: 'session', event: kind.replace(' ', '-'), sessionId, ...data }
  switch (kind) {
    case 'users':
      log.debug(fields, 'users announced')
      return
    case 'votes missing':
      log.debug(fields, 'tally closed without all votes')
      return
    case 'snapshot requested':
      log.warn(fields, 'history is long: clients are asked for a snapshot')
      return
    case 'message refused':
      log.warn(fields, 'history is full: a message was refused')
      return
    default:
      kind satisfies never
  }
}
