import { type Finding, ok, problem, warning } from './finding.ts'

/** `Date` headers have whole seconds, and an answer takes its time (ms). */
const TOLERANCE_MS = 30_000
/** From here on certificates and links are taken for ended, or not begun (ms). */
const FAR_OFF_MS = 3_600_000
/** A clock that is set while the doctor looks (ms). */
const STEP_MS = 2000

/** Times of this machine's clock and of what should be before it; ms since 1970. */
export interface ClockLook {
  readonly wallTime: number
  /** when this program was put here */
  readonly installedAt: number
  /** when the newest file of the box was written; undefined: there is none */
  readonly newestFileAt: number | undefined
  /** how far the clock went against time itself while the doctor looked, ms */
  readonly stepMs: number
}

const SET_CLOCK =
  'Set the clock of this machine: `timedatectl set-ntp true` on Linux. Without the internet set it by hand; a Raspberry Pi forgets the time when it is off.'

export function findingOfClock({
  wallTime,
  installedAt,
  newestFileAt,
  stepMs,
}: ClockLook): Finding {
  const now = new Date(wallTime).toISOString().slice(0, 16).replace('T', ' ')
  if (wallTime < installedAt - TOLERANCE_MS) {
    return problem(
      'clock',
      `the clock says ${now} UTC, which is before this program was installed`,
      SET_CLOCK,
    )
  }
  if (newestFileAt !== undefined && wallTime < newestFileAt - TOLERANCE_MS) {
    return problem(
      'clock',
      `the clock says ${now} UTC, and files of the box are newer than that`,
      SET_CLOCK,
    )
  }
  if (Math.abs(stepMs) > STEP_MS) {
    return warning(
      'clock',
      `the clock was set by ${Math.round(stepMs / 1000)} s just now`,
      'Once is well. If it happens again and again, two programs set the clock: leave one of them.',
    )
  }
  return ok('clock', `the clock says ${now} UTC`)
}

/** @param dateHeader of an answer @param wallTime of this machine when it came, ms since 1970 */
export function findingOfDate(
  dateHeader: string | undefined,
  wallTime: number,
): Finding | undefined {
  const theirs = Date.parse(dateHeader ?? '')
  if (Number.isNaN(theirs)) return undefined
  const offMs = theirs - wallTime
  const off = `${Math.round(Math.abs(offMs) / 1000)} s ${offMs < 0 ? 'behind' : 'ahead of'} that of this machine`
  if (Math.abs(offMs) <= TOLERANCE_MS) return ok('clock', 'its clock is that of this machine')
  const advice =
    'Set the one that is wrong. Links, logins and certificates go by it, sessions do not.'
  if (Math.abs(offMs) <= FAR_OFF_MS) return warning('clock', `its clock is ${off}`, advice)
  return problem(
    'clock',
    `its clock is ${off}: certificates and links count as ended, or not begun`,
    advice,
  )
}
