import { comparisonReport } from './comparison-report.ts'
import type { Trial } from './comparison-row.ts'
import type { Contender } from './contender.ts'
import { boxContender, referenceContender } from './contenders.ts'
import { compiledGenerator } from './generator.ts'
import { FULL_GOALS, type Goals, QUICK_GOALS } from './goals.ts'
import { describeMachine } from './machine.ts'
import type { Bench, BenchOptions, Report } from './options.ts'
import { Progress } from './progress.ts'
import type { Outcome, Scenario } from './scenario.ts'

const ROUNDS = 3

export const comparison: Bench = {
  about: 'the box under load, with default settings, beside any other reflector',
  run: (options) => compare(options, options.isFull ? FULL_GOALS : QUICK_GOALS),
}

/** Lets the box and its reference take turns. */
export async function compare(options: BenchOptions, goals: Goals): Promise<Report> {
  const { dir, isFull, scenarios, reference, rounds = ROUNDS } = options
  compiledGenerator()
  const machine = describeMachine(dir)
  const stints = stintsOf(scenarios, isFull)
  const contenders = [...(reference ? [referenceContender(dir, reference)] : []), boxContender(dir)]
  const progress = new Progress(rounds * stints.length * contenders.length)
  const trials: Trial[] = []
  for (let round = 1; round <= rounds; round++) {
    for (const stint of stints) {
      for (const contender of round % 2 === 1 ? contenders : contenders.toReversed()) {
        const names = stint.map(({ name }) => name).join(' ')
        progress.step(`round ${round}: ${names}, ${contender.name}`)
        const outcomes = await runStint(stint, contender, isFull)
        for (const [scenario, outcome] of outcomes) {
          trials.push({ round, contender: contender.name, scenario: scenario.name, outcome })
        }
      }
    }
  }
  return comparisonReport({ machine, scenarios, reference, rounds, isFull, trials, goals })
}

/** What one process goes through: for a quick comparison, all that it has the part for. */
function stintsOf(scenarios: readonly Scenario[], isFull: boolean): readonly Scenario[][] {
  if (isFull) return scenarios.map((scenario) => [scenario])
  return [...Map.groupBy(scenarios, ({ part }) => part).values()]
}

async function runStint(
  stint: readonly Scenario[],
  contender: Contender,
  isFull: boolean,
): Promise<ReadonlyMap<Scenario, Outcome>> {
  const outcomes = new Map<Scenario, Outcome>()
  const [first] = stint
  if (!first) return outcomes
  try {
    const contestant = await contender.start(first.part)
    if (!contestant) return outcomes
    try {
      for (const scenario of stint) {
        const work = scenario.run(contestant.target, isFull)
        outcomes.set(scenario, await contestant.process.during(work))
      }
    } finally {
      await contestant.stop()
    }
  } catch (error) {
    // The others can be measured nevertheless; the report tells.
    for (const scenario of stint) {
      if (!outcomes.has(scenario)) outcomes.set(scenario, failure(error))
    }
  }
  return outcomes
}

function failure(error: unknown): Outcome {
  const trouble = error instanceof Error ? error.message : String(error)
  return { figures: [], troubles: [trouble], gaps: undefined, othersCores: [], details: undefined }
}
