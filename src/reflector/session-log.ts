import type { SessionFact } from '../session/ports.ts'
import type { Log } from './ports.ts'

/** What the log is told of by itself; that something was refused is a limit's breach. */
type LoggedFact = Exclude<SessionFact, { kind: 'message refused' | 'vote refused' }>

/** Words what a session reports. */
export function describeFact(log: Log, sessionId: string, fact: LoggedFact): void {
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
    default:
      kind satisfies never
  }
}
