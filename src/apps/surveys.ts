import { LRUCache } from 'lru-cache'
import type { AppFolder } from './app-folders.ts'
import type { AppSurvey } from './app-survey.ts'
import type { ClientVersions } from './client-address.ts'
import type { Workshop } from './workshop.ts'

/** Folders that people change by hand are looked at again after this (ms). */
const FRESH_MS = 2000
/** One that could not be looked at is left alone for so long (ms): it may take all the time that there is for others. */
const FAILED_MS = 60_000
/** So many are kept: more than that at once would be looked at again and again. */
const MOST_KEPT = 500

/** What is known of an app of which nothing is known. */
export const BLANK: AppSurvey = {
  fingerprint: '',
  title: '',
  description: '',
  icon: undefined,
  picture: undefined,
  needs: [],
  packages: [],
  secure: undefined,
  notes: [],
}

/** Pages of an app that cannot be looked at cannot be adapted. */
const NOT_LOOKED_AT =
  'What is in it could not be looked at: it may be served as it is, and its client not find this box.'

export interface SurveysParts {
  readonly workshop: Pick<Workshop, 'survey'>
  readonly versions: ClientVersions
  /** monotonic ms */
  readonly now: () => number
  /** told why an app could not be looked at */
  readonly onFailure: (error: unknown, root: string) => void
}

/** Knows what is in apps: of each release once, of folders that may change as it is now. */
export class Surveys {
  readonly #kept: LRUCache<string, AppSurvey>

  constructor({ workshop, versions, now, onFailure }: SurveysParts) {
    this.#kept = new LRUCache({
      max: MOST_KEPT,
      perf: { now },
      ttlResolution: 0,
      fetchMethod: async (root, last: AppSurvey | undefined, { options }) => {
        try {
          return (await workshop.survey(root, versions, last?.fingerprint)) ?? last
        } catch (error) {
          onFailure(error, root)
          options.ttl = FAILED_MS
          // With no fingerprint, it is looked at as a whole the next time.
          return { ...(last ?? BLANK), fingerprint: '', notes: [NOT_LOOKED_AT] }
        }
      },
    })
  }

  /** What was found last, however long ago. */
  known({ root }: AppFolder): AppSurvey | undefined {
    return this.#kept.peek(root, { allowStale: true })
  }

  /** Never rejects: an app that cannot be looked at is one of which nothing is known. */
  async of({ root, isRelease }: AppFolder): Promise<AppSurvey> {
    return (await this.#kept.fetch(root, { ttl: isRelease ? 0 : FRESH_MS })) ?? BLANK
  }
}
