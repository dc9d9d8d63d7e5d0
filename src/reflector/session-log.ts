import type { SessionFact } from '../session/ports.ts'
import type { Log } from './ports.ts'

/** Words what a session reports. */
export function describeFact(log: Log, sessionId: string, fact: SessionFact): void {
  const { kind, ...data } = fact
  const fields = { scope: 'session', event: kind.replaceAll(' ', '-'), sessionId, ...data }
  switch (kind) {
    case 'users':
      log.debug(fields, 'users announced')
      return
    case 'votes missing':
      log.debug(fields, 'tally closed without all votes')
      return
    case 'snapshot requested':
      log.debug(fields, 'clients are asked for a snapshot')
      return
    case 'snapshot overdue':
      log.warn(fields, 'clients were asked for a snapshot many times and have made none yet')
      return
    case 'message refused':
      log.warn(fields, 'history is full: a message was refused')
      return
    default:
      kind satisfies never
  }
}
