import { SESSION_RATE, SMALL, SMALL_SESSION, STEADY } from './growth-curve.ts'
import { number } from './markdown.ts'

const MICROSECONDS = 1e6
const KB_PER_GB = 1e6

/** What was measured of the box, at one size. */
export interface Measured {
  readonly size: number
  /** median */
  readonly cost: number
}

/** What the capacity of a core follows from. */
export interface CapacityFigures {
  /** µs per delivery, in the largest session that was kept up with */
  readonly delivery: Measured | undefined
  /** µs per message, with the most sessions that were kept up with */
  readonly message: Measured | undefined
  /** memory of a client that does nothing (KB) */
  readonly idleKB: number
}

export const CAPACITY_SERIES = { delivery: STEADY, message: SMALL } as const

/** What one core carries, in words, as a list; what was not measured is left out. */
export function capacityInWords({ delivery, message, idleKB }: CapacityFigures): string {
  const { clients, rate } = SMALL_SESSION
  const lines: string[] = []
  if (delivery) {
    const people = MICROSECONDS / (SESSION_RATE * delivery.cost)
    lines.push(
      `- **${about(people)} people in one session** with ${SESSION_RATE} messages/s in all, which everybody gets ` +
        `(${micros(delivery.cost)} of CPU per delivery with ${number(delivery.size)} people)`,
    )
  }
  if (message) {
    const sessions = MICROSECONDS / (clients * rate * message.cost)
    lines.push(
      `- or **${about(sessions)} sessions of ${clients} people**, of whom each sends ${rate} messages/s ` +
        `(${micros(message.cost)} of CPU per message with ${number(message.size)} sessions)`,
    )
  }
  if (Number.isFinite(idleKB)) {
    lines.push(
      `- and **${about(KB_PER_GB / idleKB)} people who are only connected**, for each GB of memory ` +
        `(${number(idleKB, 1)} KB each)`,
    )
  }
  return lines.join('\n')
}

/** Two digits are as much as such a figure is good for. */
function about(count: number): string {
  return number(Number(count.toPrecision(2)))
}

function micros(cost: number): string {
  return `${number(cost, 1)} µs`
}
