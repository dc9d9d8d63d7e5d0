/** Why a request cannot be done, as a sentence for whoever asked. */
export class HttpRefusal extends Error {
  readonly statusCode: number
  /** also of the kind that is the box's fault: the sentence is for whoever asked */
  readonly expose = true

  constructor(statusCode: 404 | 409 | 503, message: string, options?: ErrorOptions) {
    super(message, options)
    this.statusCode = statusCode
  }
}

export function sessionGone(): HttpRefusal {
  return new HttpRefusal(
    404,
    'this session does not run any more: everybody has left it, or it was closed',
  )
}
