import type { Scenario } from './scenario.ts'
import { fanOut } from './scenarios/fan-out.ts'
import { files } from './scenarios/files.ts'
import { crowdedIdle, idle } from './scenarios/idle.ts'
import { lateJoin } from './scenarios/late-join.ts'
import { slowReader } from './scenarios/slow-reader.ts'
import { smallSessions } from './scenarios/small-sessions.ts'
import { ticks } from './scenarios/ticks.ts'
import { UsageError } from './usage-error.ts'

/** All there are. Where several share a process, the one that looks at memory comes first. */
const SCENARIOS: readonly Scenario[] = [
  idle,
  crowdedIdle,
  fanOut,
  smallSessions,
  lateJoin,
  ticks,
  files,
  slowReader,
]

/** Those with these names, or by default all, or those that a quick run has. */
export function chooseScenarios(
  names: readonly string[] | undefined,
  isFull: boolean,
): readonly Scenario[] {
  const unknown = names?.filter((name) => !SCENARIOS.some((scenario) => scenario.name === name))
  if (unknown && unknown.length > 0) {
    const known = SCENARIOS.toSorted(byName)
      .map(({ name }) => name)
      .join(', ')
    throw new UsageError(`there is no scenario ${unknown.join(', ')}: choose of ${known}`)
  }
  return SCENARIOS.filter(({ name, isQuick }) => names?.includes(name) ?? (isFull || isQuick))
}

/** For those who choose. */
export function describeScenarios(): string {
  return SCENARIOS.toSorted(byName)
    .map(({ name, about }) => `  ${name.padEnd(4)} ${about}`)
    .join('\n')
}

export function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name.localeCompare(b.name, 'en', { numeric: true })
}
