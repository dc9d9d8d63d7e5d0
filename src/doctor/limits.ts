// How long the doctor waits (ms), so that a run ends within 20 s even if nothing ever answers.

/** A look at this machine: a name, a disk. */
export const LOOK_LIMIT_MS = 3000
/** One answer over the network: a request, a handshake, a frame. */
export const ANSWER_LIMIT_MS = 4000
/** A file on its way to the box or back. */
export const TRANSFER_LIMIT_MS = 6000
/** All that is looked at through one address; the addresses take their time together. */
export const ADDRESS_LIMIT_MS = 12_000

/** Rejects with a {@link LateError} if that is not done by then. What it does goes on: whoever started it has to end it. */
export async function inTime<T>(work: Promise<T>, limitMs: number): Promise<T> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new LateError(limitMs)), limitMs)
  try {
    return await Promise.race([work, late.promise])
  } finally {
    clearTimeout(timer)
  }
}

export class LateError extends Error {
  override readonly name = 'LateError'
  constructor(limitMs: number) {
    super(`nothing came within ${limitMs / 1000} s`)
  }
}
