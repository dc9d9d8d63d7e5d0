import { generate } from '../generator.ts'
import { less, type Scenario } from '../scenario.ts'
import { clientTroubles, silence } from '../step.ts'

const SESSIONS = 200
const CLIENTS = 2
const TICK_MS = 50

export const ticks: Scenario = {
  name: 'E',
  about: `${SESSIONS} sessions of ${CLIENTS} clients, of which nobody sends: 20 ticks/s each`,
  part: 'reflector',
  isQuick: true,
  async run(target, isFull) {
    const result = await generate('run', target, {
      sessions: SESSIONS,
      clients: CLIENTS,
      tick: TICK_MS,
      settle: isFull ? 1 : 0.2,
      warmup: isFull ? 0.5 : 0.1,
      steps: silence(isFull ? 15 : 0.8),
    })
    const [step] = result.steps
    const drift = Math.abs((step?.tickIntervalMs.mean ?? Number.NaN) - TICK_MS)
    return {
      figures: [
        less('E.cpu', 'ticks', 'µs CPU each', step?.cpuUsPerFrame),
        less('E.drift', 'mean interval', 'ms off', drift, 0.02),
        less('E.p99', 'an interval', 'ms off, p99', step?.tickErrMs.p99, 0.3),
      ],
      troubles: clientTroubles('ticks', {
        live: result.live,
        expected: SESSIONS * CLIENTS,
        closes: result,
      }),
      gaps: undefined,
      othersCores: step ? [step.othersCpu] : [],
      details: result,
    }
  },
}
