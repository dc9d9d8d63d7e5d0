/** What has to be undone when the box closes, or cannot be opened. */
export class Release {
  readonly #steps: Array<() => Promise<void>>
  #closing: Promise<void> | undefined

  /** @param steps the first to be undone comes last */
  constructor(...steps: ReadonlyArray<() => Promise<void>>) {
    this.#steps = [...steps]
  }

  /** To be undone before all that was there until now; of several, the last first. */
  add(...steps: ReadonlyArray<() => Promise<void>>): void {
    this.#steps.push(...steps)
  }

  /** Undoes all, the last first; what one step cannot do must not keep the others undone. May be called twice. */
  close(): Promise<void> {
    this.#closing ??= this.#undo()
    return this.#closing
  }

  async #undo(): Promise<void> {
    const errors: unknown[] = []
    for (const step of this.#steps.toReversed()) {
      await step().catch((error: unknown) => errors.push(error))
    }
    if (errors.length > 0) throw new AggregateError(errors, 'the box could not be closed in order')
  }
}
