export interface UploadErrorOptions extends ErrorOptions {
  /** the limit that was met, in kebab-case */
  readonly limit?: string
  /** when it is worth another try */
  readonly retryAfterMs?: number
}

/** An upload that is refused: the HTTP status and a sentence for whoever sent it. */
export class UploadError extends Error {
  readonly statusCode: number
  /** of the answer */
  readonly headers: Readonly<Record<string, string>>
  readonly limit: string | undefined
  /** The sentence is meant for the sender, whatever the status. */
  readonly expose = true

  constructor(statusCode: number, message: string, options: UploadErrorOptions = {}) {
    super(message, options)
    this.name = 'UploadError'
    this.statusCode = statusCode
    this.limit = options.limit
    const { retryAfterMs } = options
    this.headers =
      retryAfterMs === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) }
  }
}
