import { CLOSE_CODE } from '../protocol/close-code.ts'
import type { Connection } from './connection.ts'
import { PASS_ENDED } from './pass.ts'

/** How often connections are looked at (ms). */
export const SWEEP_INTERVAL_MS = 1000
/** A connection must join within this if nobody is in its session (ms, LIVE1)… */
const JOIN_TIMEOUT_MS = 7000
/** …and within this otherwise. */
const JOIN_TIMEOUT_IN_COMPANY_MS = 35_000
/** After this much silence it is pinged (ms, LIVE2), so often. */
const PING_AFTER_MS = 35_000
const PING_INTERVAL_MS = 5000
/** After this much silence it is closed (ms, LIVE3). */
const SILENCE_LIMIT_MS = 60_000

/**
 * Closes connections that never join, take nothing, are no longer there or no longer allowed, wherever they
 * come from.
 * @param hasCompany whether its session has members
 */
export function checkLiveness(connection: Connection, hasCompany: boolean, now: number): void {
  connection.cutIfOverdue(now)
  if (!connection.isOpen) return
  const silence = now - connection.lastHeard
  const joinTimeout = hasCompany ? JOIN_TIMEOUT_IN_COMPANY_MS : JOIN_TIMEOUT_MS
  if (!connection.origin.pass.isGood()) {
    connection.close(CLOSE_CODE.noAccess, PASS_ENDED)
  } else if (connection.stage.tag === 'connected' && now - connection.since >= joinTimeout) {
    connection.close(CLOSE_CODE.neverJoined, 'client never joined')
  } else if (connection.isStuck(now)) {
    connection.close(CLOSE_CODE.unresponsive, 'client unresponsive')
  } else if (silence >= SILENCE_LIMIT_MS) {
    connection.close(CLOSE_CODE.inactive, 'client inactive')
  } else if (silence >= PING_AFTER_MS && now - connection.lastPinged >= PING_INTERVAL_MS) {
    connection.ping(now)
  }
}
