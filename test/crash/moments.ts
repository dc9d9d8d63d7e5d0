import { setTimeout as delay } from 'node:timers/promises'
import type { Crowd } from './crowd.ts'
import type { PagePair } from './page-pair.ts'
import type { Random } from './random.ts'
import { uploadSnapshot } from './snapshots.ts'

/** What is going on when the box is ended. */
export type Moment = 'any' | 'burst' | 'start' | 'join' | 'upload'

const BURST_MESSAGES = 30
const GUESTS_PER_SESSION = 3
const SNAPSHOT_BYTES = 2_000_000

interface MomentParts {
  readonly url: string
  readonly random: Random
  readonly crowd: Crowd
  readonly pair: PagePair
}

export function pickMoment(random: Random): Moment {
  return random.pick<Moment>([
    [4, 'any'],
    [3, 'burst'],
    [2, 'start'],
    [2, 'join'],
    [3, 'upload'],
  ])
}

/** Resolves when the moment is there. */
export async function reach(moment: Moment, parts: MomentParts): Promise<void> {
  const { url, random, crowd, pair } = parts
  const [uploader] = crowd.clients
  switch (moment) {
    case 'any':
      return delay(random.between(0, 1000))
    case 'burst':
      crowd.send(BURST_MESSAGES)
      return delay(random.between(0, 30))
    case 'start':
      // From before it reads its settings to after the first are back.
      return delay(random.between(0, 700))
    case 'join':
      crowd.inviteGuests(GUESTS_PER_SESSION)
      return delay(random.between(0, 50))
    case 'upload':
      if (uploader) void uploadSnapshot(url, uploader, SNAPSHOT_BYTES)
      await pair.pages[0]?.app.snapshot()
      return delay(random.between(0, 100))
    default:
      return moment satisfies never
  }
}
