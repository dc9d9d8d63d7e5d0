import { inTime } from './in-time.ts'

const STEP_TIMEOUT_MS = 10_000

type Step = () => Promise<unknown>

/** What a test has to undo, however it ends. */
export class Cleanup {
  #steps: Step[] = []

  /** To be done before all that was added until now. */
  add(step: Step): void {
    this.#steps.push(step)
  }

  /** Does all of it, even if some of it fails. */
  async run(): Promise<void> {
    const errors: unknown[] = []
    for (const step of this.#steps.splice(0).toReversed()) {
      await inTime(step(), STEP_TIMEOUT_MS, 'a step of cleaning up').catch((error: unknown) =>
        errors.push(error),
      )
    }
    if (errors.length > 0) throw new AggregateError(errors, 'a test could not clean up')
  }
}
