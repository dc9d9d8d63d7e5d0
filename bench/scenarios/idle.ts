import { generate } from '../generator.ts'
import { less, type Outcome, type Scenario, type ScenarioName } from '../scenario.ts'
import { clientTroubles } from '../step.ts'
import type { Target } from '../target.ts'

/** In each session. */
const CLIENTS = 10
const QUICK_CONNECTIONS = 1000
/** (s) */
const FULL_TIMES = { settle: 5, seconds: 20 }
const QUICK_TIMES = { settle: 0.3, seconds: 0.6 }

export const idle: Scenario = {
  name: 'C',
  about: 'connections of which nobody sends, in sessions of 10 with a tick each second',
  part: 'reflector',
  isQuick: true,
  run: (target, isFull) => wait('C', target, isFull ? 5000 : QUICK_CONNECTIONS, isFull),
}

/** A scenario of its own, because memory wants a fresh process. */
export const crowdedIdle: Scenario = {
  name: 'C18',
  about: 'the same with many more connections',
  part: 'reflector',
  isQuick: false,
  run: (target, isFull) => wait('C18', target, 18_000, isFull),
}

async function wait(
  name: ScenarioName,
  target: Target,
  connections: number,
  isFull: boolean,
): Promise<Outcome> {
  const result = await generate('idle', target, {
    sessions: connections / CLIENTS,
    clients: CLIENTS,
    tick: 1000,
    ...(isFull ? FULL_TIMES : QUICK_TIMES),
  })
  const who = `${connections.toLocaleString('en')} connections`
  return {
    figures: [
      less(`${name}.memory`, who, 'KB of memory each', result.rssKBPerClient, 1),
      less(`${name}.join`, who, 'ms CPU per join', result.cpuMsPerJoin),
      less(`${name}.cpu`, who, '% CPU', result.cpuShare * 100, 0.1),
    ],
    troubles: clientTroubles(who, { live: result.live, expected: connections, closes: result }),
    gaps: undefined,
    othersCores: [],
    details: result,
  }
}
