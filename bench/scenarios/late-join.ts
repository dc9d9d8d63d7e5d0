import { generate } from '../generator.ts'
import type { JoinResult } from '../generator-result.ts'
import { number } from '../markdown.ts'
import { less, type Scenario } from '../scenario.ts'

const FULL = { messages: 50_000, joiners: 50, bystanders: 50, timeout: 120 }
/** Times are in s. */
const QUICK = {
  messages: 12_000,
  joiners: 12,
  bystanders: 20,
  settle: 0.2,
  postfill: 0.3,
  base: 0.2,
  timeout: 20,
}

export const lateJoin: Scenario = {
  name: 'D',
  about: 'many join a session with a long history at once, while other sessions go on',
  part: 'reflector',
  isQuick: true,
  async run(target, isFull) {
    const load = isFull ? FULL : QUICK
    const result = await generate('join', target, { ...load, tick: 50, payload: 200 })
    const who = `${load.joiners} joiners, ${number(load.messages)} messages`
    return {
      figures: [
        less('D.join', who, 'ms CPU per join', result.cpuMsPerJoin),
        less('D.synced', who, 'ms until all are in', result.allSyncedMs, 5),
        less('D.first', who, 'ms to the first byte, p50', result.firstByteMsP50, 2),
        less('D.stall', 'ticks of other sessions', 'ms late at most', result.tickErrJoinMs.max, 2),
        less('D.memory', who, 'MB more memory', result.hwmDeltaMB, 4),
      ],
      troubles: troubles(who, result, load.messages),
      gaps: undefined,
      othersCores: [],
      details: result,
    }
  },
}

function troubles(who: string, { messages, synced, joiners }: JoinResult, expected: number) {
  return [
    ...(messages < expected
      ? [`${who}: the session took only ${number(messages)} of ${number(expected)} messages`]
      : []),
    ...(synced < joiners ? [`${who}: only ${synced} of ${joiners} got their SYNC`] : []),
  ]
}
