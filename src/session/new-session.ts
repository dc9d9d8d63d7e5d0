import type { Join } from '../protocol/messages.ts'
import type { StoredSession } from './record.ts'

const DEFAULT_TICK_MS = 200
const UNKNOWN_APP = { appId: undefined, persistentId: undefined }
const NO_TALLIES = { remembered: [], forgottenTime: -1 }

/**
 * A session that starts from nothing, or from persisted data.
 * @param isAppUnknown whether the joiner's word on its app does not count (ROLE8)
 * @param timeline random, never used before: it tells clients that this is not the session they knew
 */
export function newSession(
  join: Join,
  timeline: string,
  persistedPath: string | undefined,
  isAppUnknown = false,
): StoredSession {
  const { name, pageUrl, tove, flags, ticks } = join
  const { appId, persistentId } = isAppUnknown ? UNKNOWN_APP : join
  const tick = ticks.tick !== undefined && ticks.tick > 0 ? ticks.tick : DEFAULT_TICK_MS
  const delay = ticks.delay !== undefined && ticks.delay > 0 ? ticks.delay : 0
  const scale = ticks.scale !== undefined && ticks.scale > 0 ? ticks.scale : 1
  return {
    state: {
      ...{ name, appId, persistentId, isAppUnknown, pageUrl, timeline, tove, flags },
      persistedPath,
      ...{ time: 0, position: 0, tick, delay, scale, completedTallies: NO_TALLIES },
    },
    snapshot: undefined,
    messages: [],
    presence: { announced: [], leaveDelay: 0 },
  }
}
