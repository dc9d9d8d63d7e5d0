/** Something to do at a time; cancelled by its owner if it is no longer wanted. */
export interface Appointment {
  readonly due: number
  readonly run: (now: number) => void
}

/** What a session has to do later, in order of due time. It owns no timer: its host asks `nextDue`. */
export class Agenda {
  readonly #appointments: Appointment[] = []

  /** The earliest due time; Infinity if there is nothing to do. */
  get nextDue(): number {
    return this.#appointments[0]?.due ?? Infinity
  }

  at(due: number, run: (now: number) => void): Appointment {
    const appointment = { due, run }
    // From the end: most are for later than all that are there.
    const before = this.#appointments.findLastIndex((other) => other.due <= due)
    this.#appointments.splice(before + 1, 0, appointment)
    return appointment
  }

  cancel(appointment: Appointment): void {
    const index = this.#appointments.indexOf(appointment)
    if (index >= 0) this.#appointments.splice(index, 1)
  }

  /** Does everything due by `now`, earliest first, also what these add. */
  run(now: number): void {
    for (;;) {
      const first = this.#appointments[0]
      if (!first || first.due > now) return
      this.#appointments.shift()
      first.run(now)
    }
  }
}
