import { describe } from 'vitest'
import { describeClose } from './rules/close.ts'
import { describeConnection } from './rules/connection.ts'
import { describeFiles } from './rules/files.ts'
import { describeFrames } from './rules/frames.ts'
import { describeHttp } from './rules/http.ts'
import { describeJoin } from './rules/join.ts'
import { describeLive } from './rules/live.ts'
import { describeSave } from './rules/save.ts'
import { describeSend, describeTags } from './rules/send.ts'
import { describeSeq } from './rules/seq.ts'
import { describeSnap } from './rules/snap.ts'
import { describeSnapshotRequests } from './rules/snapshot-requests.ts'
import { describeSync } from './rules/sync.ts'
import { describePing, describeTicks } from './rules/ticks.ts'
import { describeTick, describeTime } from './rules/time.ts'
import { describeTutti } from './rules/tutti.ts'
import { describeUrl } from './rules/url.ts'
import { describeUsers } from './rules/users.ts'
import { Rules } from './rules.ts'
import type { Target } from './target.ts'

/** The slow ones come first: they mostly wait, and the others run meanwhile. */
const SECTIONS = [
  describeLive,
  describeSnapshotRequests,
  describeTime,
  describeConnection,
  describeFrames,
  describeJoin,
  describeSync,
  describeSeq,
  describeTick,
  describeSend,
  describeTags,
  describeUsers,
  describeTutti,
  describeSnap,
  describeSave,
  describeTicks,
  describePing,
  describeClose,
  describeUrl,
  describeFiles,
  describeHttp,
]

/**
 * The tests of `docs/protocol.md` over a web socket, each on a session of its own.
 * @param target asked for when a test runs
 * @returns the ids of the rules that have a test
 */
export function describeConformance(target: () => Target): ReadonlySet<string> {
  const rules = new Rules(target)
  describe.concurrent('conformance', () => {
    for (const section of SECTIONS) section(rules)
  })
  return rules.tested
}
