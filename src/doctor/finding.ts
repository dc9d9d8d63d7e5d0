/** How something is. `skipped`: it could not be looked at from here. */
export const STATUSES = ['ok', 'skipped', 'warning', 'problem'] as const
export type Status = (typeof STATUSES)[number]

/** One thing that the doctor found out. */
export interface Finding {
  /** for programs, in kebab-case: whatever was found out about the same thing has the same one */
  readonly id: string
  readonly status: Status
  /** one line for people, without a full stop */
  readonly text: string
  /** what to do, in whole sentences; "" if there is nothing to do */
  readonly advice: string
}

/** What was found out about one thing that people have a name for: the folder, an address. */
export interface Section {
  readonly title: string
  readonly findings: readonly Finding[]
}

const findingOf =
  (status: Status) =>
  (id: string, text: string, advice = ''): Finding => ({ id, status, text, advice })

export const ok = findingOf('ok')
export const skipped = findingOf('skipped')
export const warning = findingOf('warning')
export const problem = findingOf('problem')
