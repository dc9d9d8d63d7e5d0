export interface DeployErrorOptions extends ErrorOptions {
  /** when it is worth another try */
  readonly retryAfterSeconds?: number
}

/** What somebody asked of the hosted apps and does not get: the HTTP status, and a sentence for that person. */
export class DeployError extends Error {
  readonly statusCode: number
  /** of the answer */
  readonly headers: Readonly<Record<string, string>>
  /** The sentence is meant for the sender, whatever the status. */
  readonly expose = true

  constructor(statusCode: number, message: string, options: DeployErrorOptions = {}) {
    super(message, options)
    this.name = 'DeployError'
    this.statusCode = statusCode
    const { retryAfterSeconds } = options
    this.headers = retryAfterSeconds === undefined ? {} : { 'retry-after': `${retryAfterSeconds}` }
  }
}

const LONGEST_QUOTE = 100

/** A name out of an archive or a form, for a sentence: in quotes, not too long, and with nothing unseen in it. */
export function quoted(name: string): string {
  const shown = name.length > LONGEST_QUOTE ? `${name.slice(0, LONGEST_QUOTE)}…` : name
  return JSON.stringify(shown).replace(
    /[\u007f-\u009f\u2028-\u202e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
