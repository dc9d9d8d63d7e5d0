import { generate } from '../generator.ts'
import type { RunResult } from '../generator-result.ts'
import { type Figure, less, more, type Scenario } from '../scenario.ts'
import { clientTroubles, openLoop, stepTroubles } from '../step.ts'
import type { Target } from '../target.ts'

const CLIENTS = 3
/** Messages/s of each client. */
const RATE = 10
/** Overload is not a hiccup: with more sessions than this, a step is not tried again. */
const RETRIED_SESSIONS = 500

const FULL_SESSIONS = [100, 500, 2000]
const QUICK_SESSIONS = [100]
/** (s) */
const FULL_TIMES = { seconds: 5, warmup: 1, drain: 6 }
const QUICK_TIMES = { seconds: 0.7, warmup: 0.2, settle: 0.2, drain: 1 }

export const smallSessions: Scenario = {
  name: 'B',
  about: `sessions of ${CLIENTS} clients, ${RATE} messages/s and 20 ticks/s each`,
  part: 'reflector',
  isQuick: true,
  async run(target, isFull) {
    const results: RunResult[] = []
    for (const sessions of isFull ? FULL_SESSIONS : QUICK_SESSIONS) {
      results.push(await load(target, sessions, isFull ? FULL_TIMES : QUICK_TIMES))
    }
    const steps = results.flatMap((result) => result.steps)
    return {
      figures: results.flatMap(figures),
      troubles: results.flatMap(troubles),
      gaps: steps.reduce((sum, { gaps }) => sum + gaps, 0),
      othersCores: steps.map(({ othersCpu }) => othersCpu),
      details: results,
    }
  },
}

function load(
  target: Target,
  sessions: number,
  { seconds, ...times }: { readonly seconds: number },
): Promise<RunResult> {
  return generate('run', target, {
    sessions,
    clients: CLIENTS,
    tick: 50,
    payload: 200,
    retries: sessions > RETRIED_SESSIONS ? 0 : 1,
    steps: openLoop(sessions * CLIENTS * RATE, seconds),
    ...times,
  })
}

function figures({ sessions, steps: [step] }: RunResult): Figure[] {
  const [key, who] = [`B.${sessions}`, `${sessions} sessions`]
  return [
    less(`${key}.cpu`, who, 'µs CPU per frame', step?.cpuUsPerFrame),
    more(`${key}.rate`, who, 'deliveries/s', step?.deliveriesPerSec),
    less(`${key}.p99`, who, 'ms latency, p99', step?.latencyMs.p99, 0.5),
  ]
}

function troubles(result: RunResult): string[] {
  const { sessions, clients, live, steps } = result
  const who = `${sessions} sessions`
  return [
    ...clientTroubles(who, { live, expected: sessions * clients, closes: result }),
    ...steps.flatMap((step) => stepTroubles(who, step)),
  ]
}
