import { generate } from '../generator.ts'
import type { RunResult, StepResult } from '../generator-result.ts'
import { number } from '../markdown.ts'
import { type Figure, less, more, type Outcome, type Scenario } from '../scenario.ts'
import { clientTroubles, closedLoop, isClosedLoop, openLoop, stepTroubles } from '../step.ts'
import type { Target } from '../target.ts'

/** Messages in flight when as many are sent as go through. */
const IN_FLIGHT = 32
const PAYLOAD_CHARS = 200

/** A session of so many clients; the rates that are offered to it, one after the other (messages/s). */
interface Ladder {
  readonly clients: number
  readonly rates: readonly number[]
  /** the rate that stands for everyday use */
  readonly lowRate: number
}

const FULL: readonly Ladder[] = [
  {
    clients: 10,
    rates: [20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000],
    lowRate: 200,
  },
  {
    clients: 100,
    rates: [20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 30_000],
    lowRate: 200,
  },
  { clients: 500, rates: [20, 50, 100, 200, 500, 1000, 2000, 5000], lowRate: 50 },
  { clients: 1000, rates: [20, 50, 100, 200, 500, 1000, 2000, 3000], lowRate: 20 },
]
const QUICK: readonly Ladder[] = [{ clients: 100, rates: [200], lowRate: 200 }]

/** Of each step, and before it (s). */
const FULL_TIMES = { seconds: 2.5, warmup: 0.5, settle: 0.6, retries: 1 }
const QUICK_TIMES = { seconds: 0.7, warmup: 0.2, settle: 0.2, drain: 1, retries: 0 }

export const fanOut: Scenario = {
  name: 'A',
  about: 'one session, many clients, messages of 200 characters',
  part: 'reflector',
  isQuick: true,
  async run(target, isFull) {
    const ascents: Ascent[] = []
    for (const ladder of isFull ? FULL : QUICK) ascents.push(await climb(target, ladder, isFull))
    return outcome(ascents, isFull)
  },
}

/** Each is another session: together they are more messages than one takes without a snapshot. */
interface Ascent {
  readonly rungs: RunResult
  readonly saturated: RunResult
}

async function climb(target: Target, { clients, rates }: Ladder, isFull: boolean): Promise<Ascent> {
  const { seconds, ...times } = isFull ? FULL_TIMES : QUICK_TIMES
  const load = { sessions: 1, clients, tick: 50, payload: PAYLOAD_CHARS, ...times }
  const steps = rates.map((rate) => openLoop(rate, seconds)).join(',')
  return {
    rungs: await generate('run', target, { ...load, steps }),
    saturated: await generate('run', target, { ...load, steps: closedLoop(IN_FLIGHT, seconds) }),
  }
}

function outcome(ascents: readonly Ascent[], isFull: boolean): Outcome {
  const results = ascents.flatMap(({ rungs, saturated }) => [rungs, saturated])
  const steps = results.flatMap((result) => result.steps)
  return {
    figures: ascents.flatMap((ascent) => figures(ascent, isFull)),
    troubles: results.flatMap(troubles),
    gaps: steps.reduce((sum, { gaps }) => sum + gaps, 0),
    othersCores: steps.map(({ othersCpu }) => othersCpu),
    details: results,
  }
}

function figures({ rungs: { clients, steps }, saturated }: Ascent, isFull: boolean): Figure[] {
  const [key, who] = [`A.${clients}`, `${clients} clients`]
  const [most] = saturated.steps
  return [
    ...lowRateFigures(key, who, lowRateOf(clients), steps),
    more(`${key}.saturated.rate`, `${who}, saturated`, 'deliveries/s', most?.deliveriesPerSec),
    less(
      `${key}.saturated.cpu`,
      `${who}, saturated`,
      'µs CPU per delivery',
      most?.cpuUsPerDelivery,
    ),
    ...(isFull ? [sustained(key, who, steps)] : []),
  ]
}

function lowRateFigures(
  key: string,
  who: string,
  rate: number,
  steps: readonly StepResult[],
): Figure[] {
  const step = steps.find((each) => Number.parseInt(each.step.slice(1), 10) === rate)
  const what = `${who}, ${rate} messages/s`
  return [
    less(`${key}.low.cpu`, what, 'µs CPU per delivery', step?.cpuUsPerDelivery),
    less(`${key}.low.p50`, what, 'ms latency, p50', step?.latencyMs.p50, 0.05),
    less(`${key}.low.p99`, what, 'ms latency, p99', step?.latencyMs.p99, 0.5),
  ]
}

function sustained(key: string, who: string, steps: readonly StepResult[]): Figure {
  const best = steps.findLast((step) => step.sustained)
  return more(
    `${key}.sustained`,
    `${who}, highest rate kept up`,
    'deliveries/s',
    best?.deliveriesPerSec,
  )
}

function lowRateOf(clients: number): number {
  return FULL.find((ladder) => ladder.clients === clients)?.lowRate ?? Number.NaN
}

function troubles(result: RunResult): string[] {
  const { clients, live, sessions, steps } = result
  const who = `${clients} clients`
  return [
    ...clientTroubles(who, { live, expected: sessions * clients, closes: result }),
    ...steps.flatMap((step) =>
      stepTroubles(
        `${who}, ${isClosedLoop(step) ? 'saturated' : `${number(step.offeredMsgs)} messages/s`}`,
        step,
      ),
    ),
  ]
}
