import type { Closes, StepResult } from './generator-result.ts'
import { number } from './markdown.ts'

/** So long without any delivery, and what was measured before is not what the load would cost (s). */
const LONGEST_SILENCE_SECONDS = 0.5

/** Steps of a load, in the generator's words. */
export const openLoop = (rate: number, seconds: number) => `r${rate}:${seconds}`
export const closedLoop = (inFlight: number, seconds: number) => `c${inFlight}:${seconds}`
export const silence = (seconds: number) => `0:${seconds}`

export function isClosedLoop({ step }: StepResult): boolean {
  return step.startsWith('c')
}

/** What is wrong with a step in which messages are sent; `name` tells which it is. */
export function stepTroubles(name: string, step: StepResult): string[] {
  const troubles: string[] = []
  const { gaps, silentSec } = step
  if (gaps > 0) troubles.push(`${name}: ${number(gaps)} messages did not follow on the one before`)
  if (step.deliveriesPerSec === 0) {
    troubles.push(`${name}: NOTHING WAS DELIVERED, so there is no figure`)
  } else if (silentSec > LONGEST_SILENCE_SECONDS) {
    troubles.push(`${name}: nothing was delivered any more in its last ${number(silentSec, 1)} s`)
  }
  return troubles
}

/** What is wrong with how clients got and stayed in. @param live how many are in, of `expected` */
export function clientTroubles(
  name: string,
  { live, expected, closes }: { live: number; expected: number; closes: Closes },
): string[] {
  const troubles: string[] = []
  if (live < expected) troubles.push(`${name}: only ${number(live)} of ${number(expected)} were in`)
  if (closes.dead > 0) {
    const codes = Object.entries(closes.closeCodes).map(([code, count]) => `${count} with ${code}`)
    troubles.push(`${name}: ${number(closes.dead)} connections were closed (${codes.join(', ')})`)
  }
  return troubles
}
