/** What a measurement can be told. Each has its own defaults; not every one uses all. */
export interface BenchOptions {
  /** an empty or earlier folder for boxes, on the disk that is measured */
  readonly dir: string
  readonly rounds: number | undefined
  /** measured, for each cell */
  readonly seconds: number | undefined
  readonly rates: readonly number[] | undefined
  readonly sessions: readonly number[] | undefined
}

/** One measurement of this folder. */
export interface Bench {
  /** in a line, for those who choose */
  readonly about: string
  /** @returns what it measured, in Markdown */
  run(options: BenchOptions): Promise<string>
}
