/** How far a backup or restore is. */
export interface Progress {
  /** what is being done, e.g. `copying the database` */
  readonly step: string
  readonly doneBytes: number
  /** undefined: nobody knows */
  readonly totalBytes: number | undefined
}

export type OnProgress = (progress: Progress) => void
