import type { X509Certificate } from 'node:crypto'

const DAY_MS = 86_400_000
/** This program was not there before: a clock that shows less is wrong. */
const LEAST_TIME = Date.UTC(2026, 0, 1)

/** An authority is good from long before it is made: it lasts, however wrong the clock is when that happens. */
const AUTHORITY_SINCE = Date.UTC(2020, 0, 1)
const AUTHORITY_YEARS = 10

/**
 * Clocks of boxes without internet are slow rather than fast: those without a battery stand still while the box is off, by which a
 * certificate seems to last longer than it does. Those of devices may be slow as well, by which it seems to be from the future.
 * So most of it is ahead. Together it is no more than browsers allow to anybody (397 days), although few hold private authorities to that.
 */
const AHEAD_MS = 366 * DAY_MS
const BEHIND_MS = 30 * DAY_MS
/** Renewing disturbs nobody: what is ahead gets no shorter than needed. */
const RENEW_AFTER_MS = 30 * DAY_MS
/** One from further in the future was made when the clock was wrong. */
const FAST_CLOCK_MS = DAY_MS

/** From when to when a certificate is good. */
export interface Validity {
  readonly notBefore: Date
  readonly notAfter: Date
}

/** @param wallTime ms since 1970 */
export function validityOfAuthority(wallTime: number): Validity {
  const notAfter = new Date(plausible(wallTime))
  notAfter.setUTCFullYear(notAfter.getUTCFullYear() + AUTHORITY_YEARS)
  return { notBefore: new Date(AUTHORITY_SINCE), notAfter }
}

/** @param wallTime ms since 1970 */
export function validityOfCertificate(wallTime: number): Validity {
  const time = plausible(wallTime)
  return { notBefore: new Date(time - BEHIND_MS), notAfter: new Date(time + AHEAD_MS) }
}

/** Whether it was made not long ago, as far as the clock can tell. */
export function isFresh({ validFromDate }: X509Certificate, wallTime: number): boolean {
  const age = plausible(wallTime) - (validFromDate.getTime() + BEHIND_MS)
  return age > -FAST_CLOCK_MS && age < RENEW_AFTER_MS
}

function plausible(wallTime: number): number {
  return Math.max(wallTime, LEAST_TIME)
}
