/** A request that is wrong, or cannot be answered now; the message is a sentence for its sender. */
export class RequestError extends Error {
  readonly statusCode: number
  /** also of the kind that is the box's fault */
  readonly expose = true
  readonly headers: Readonly<Record<string, string>>

  constructor(statusCode: number, message: string, headers: Record<string, string> = {}) {
    super(message)
    this.name = 'RequestError'
    this.statusCode = statusCode
    this.headers = headers
  }
}
