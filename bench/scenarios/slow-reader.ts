import { generate } from '../generator.ts'
import { number } from '../markdown.ts'
import { less, type Scenario } from '../scenario.ts'

/** All in s. Growth counts from when any limit on what waits for one client should be reached; a quick run is over before. */
const FULL_TIMES = { base: 4, seconds: 60, from: 35 }
const QUICK_TIMES = { base: 1, seconds: 8, from: 3 }

export const slowReader: Scenario = {
  name: 'G',
  about: 'one of 20 clients stops reading; 200 messages/s of 4 KB, a snapshot each second',
  part: 'reflector',
  isQuick: false,
  async run(target, isFull) {
    const load = { clients: 20, rate: 200, payload: 4096, tick: 50 }
    const times = isFull ? FULL_TIMES : QUICK_TIMES
    const result = await generate('slow', target, { ...load, ...times })
    const { gaps, latencyDuringMs, rssSlopeKBps } = result
    return {
      figures: [
        less('G.growth', 'memory of the server', 'KB/s more', Math.max(0, rssSlopeKBps), 50),
        less('G.p99', 'those who read', 'ms latency, p99', latencyDuringMs.p99, 0.5),
      ],
      troubles: gaps > 0 ? [`${number(gaps)} messages did not follow on the one before`] : [],
      gaps,
      othersCores: [],
      details: result,
    }
  },
}
