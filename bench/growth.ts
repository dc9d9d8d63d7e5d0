import type { Contender, ContenderName } from './contender.ts'
import { boxContender, referenceContender } from './contenders.ts'
import { compiledGenerator, generate } from './generator.ts'
import {
  type Curve,
  clientsCurve,
  type GrowthTrial,
  historyCurve,
  sessionsCurve,
} from './growth-curve.ts'
import { growthReport } from './growth-report.ts'
import { describeMachine } from './machine.ts'
import type { Bench, BenchOptions, Report } from './options.ts'
import { Progress, tell } from './progress.ts'
import type { Target } from './target.ts'

const ROUNDS = 3
const SECONDS = 2
/** Connections of which nobody sends: their memory. */
const IDLE = { sessions: 500, clients: 10, tick: 1000, settle: 2, seconds: 1 }

/** One start of a server and what is measured of it. */
interface Visit {
  readonly name: string
  measure(target: Target, contender: ContenderName): Promise<void>
}

export const growth: Bench = {
  about: 'cost as work grows: clients, sessions, history; what one core carries; makes plots',
  run: measure,
}

async function measure(options: BenchOptions): Promise<Report> {
  const { dir, reference, rounds = ROUNDS, seconds = SECONDS } = options
  compiledGenerator()
  const machine = describeMachine(dir)
  const curves = curvesOf(options)
  const contenders = [boxContender(dir), ...(reference ? [referenceContender(dir, reference)] : [])]
  const trials: GrowthTrial[] = []
  const idleKB: number[] = []
  const visits: Visit[] = curves.flatMap((curve) =>
    curve.sizes.map((size) => ({
      name: `${curve.name} ${size}`,
      measure: async (target, contender) => {
        const sample = await curve.measure(target, size, seconds)
        trials.push({ contender, curve: curve.name, size, sample })
      },
    })),
  )
  visits.push({
    name: 'idle connections',
    measure: async (target, contender) => {
      const { rssKBPerClient } = await generate('idle', target, IDLE)
      if (contender === 'box') idleKB.push(rssKBPerClient)
    },
  })
  const progress = new Progress(rounds * visits.length * contenders.length)
  for (let round = 1; round <= rounds; round++) {
    for (const visit of visits) {
      for (const contender of contenders) {
        progress.step(`round ${round}: ${visit.name}, ${contender.name}`)
        await pay(visit, contender)
      }
    }
  }
  return growthReport({ machine, rounds, reference, curves, trials, idleKB })
}

function curvesOf({ clients, sessions, messages }: BenchOptions): readonly Curve[] {
  return [
    { ...clientsCurve, sizes: clients ?? clientsCurve.sizes },
    { ...sessionsCurve, sizes: sessions ?? sessionsCurve.sizes },
    { ...historyCurve, sizes: messages ?? historyCurve.sizes },
  ]
}

/** What a server cannot do is missing in the report; the rest can be measured nevertheless. */
async function pay(visit: Visit, contender: Contender): Promise<void> {
  try {
    const contestant = await contender.start('reflector')
    if (!contestant) return
    try {
      await contestant.process.during(visit.measure(contestant.target, contender.name))
    } finally {
      await contestant.stop()
    }
  } catch (error) {
    tell(`${visit.name}, ${contender.name}: ${error instanceof Error ? error.message : error}`)
  }
}
