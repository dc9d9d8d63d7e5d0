import type { Pass } from './pass.ts'

/** What a token turned out to be. */
export type Verdict =
  | { readonly tag: 'good'; readonly pass: Pass }
  /** `reason` is a sentence for whoever shows it, without its full stop */
  | { readonly tag: 'bad'; readonly reason: string }
  /** nobody can tell at the moment */
  | { readonly tag: 'unclear'; readonly reason: string }

export function bad(reason: string): Verdict {
  return { tag: 'bad', reason }
}
