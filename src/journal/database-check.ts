import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const CHECKER = fileURLToPath(new URL('./checker.ts', import.meta.url))

/** What the checker's process tells before it ends. */
export type CheckOutcome =
  | { readonly tag: 'checked'; readonly findings: readonly string[] }
  | { readonly tag: 'failed'; readonly reason: string }

/** A check of a whole database that is under way, or over. */
export interface DatabaseCheck {
  /**
   * What is damaged, in SQLite's words; empty if all is well, undefined if it was stopped before the end.
   * Rejects if the database could not be checked.
   */
  readonly findings: Promise<readonly string[] | undefined>
  /** Ends it; resolves when it has let go of the database. May be called twice, and when it is over. */
  stop(): Promise<void>
}

/**
 * Starts to read all of a database for damage. Commits go on meanwhile if it has a write-ahead log; with
 * a rollback journal they would have to wait, so check before it is opened.
 */
export function startDatabaseCheck(path: string): DatabaseCheck {
  // Not a thread: that could not be ended before SQLite is through.
  const checker = fork(CHECKER, [path], {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  let outcome: CheckOutcome | undefined
  let isStopped = false
  checker.on('message', (message: CheckOutcome) => {
    outcome = message
  })
  const end = new Promise<string>((resolve) => {
    checker.on('error', (error) => resolve(error.message))
    checker.on('close', (code, signal) => resolve(`the checker ended with ${signal ?? code}`))
  })
  const findings = end.then((how) => {
    if (outcome?.tag === 'checked') return outcome.findings
    if (isStopped) return undefined
    throw new Error(`the database could not be checked: ${outcome?.reason ?? how}`)
  })
  return {
    findings,
    stop: async () => {
      isStopped = true
      checker.kill('SIGKILL')
      await end
    },
  }
}
