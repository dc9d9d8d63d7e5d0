/** An upload that is refused: the HTTP status and a sentence for whoever sent it. */
export class UploadError extends Error {
  readonly statusCode: number
  /** The sentence is meant for the sender, whatever the status. */
  readonly expose = true

  constructor(statusCode: number, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'UploadError'
    this.statusCode = statusCode
  }
}
