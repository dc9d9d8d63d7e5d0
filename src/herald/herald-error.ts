/** `refused`: the box may not call it; `failed`: it was tried; `dropped`: too many calls were waiting. */
export type HeraldOutcome = 'refused' | 'failed' | 'dropped'

/** Why a herald was not told. */
export class HeraldError extends Error {
  readonly outcome: HeraldOutcome
  /** `warning` if it answered, as clients know it */
  readonly level: 'warning' | 'error'

  /** @param message for users: completes "… was not told who is here: …" */
  constructor(outcome: HeraldOutcome, message: string, level: 'warning' | 'error' = 'error') {
    super(message)
    this.name = 'HeraldError'
    this.outcome = outcome
    this.level = level
  }
}
