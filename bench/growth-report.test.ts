import { expect, it } from 'vitest'
import {
  clientsCurve,
  type GrowthTrial,
  historyCurve,
  SATURATED,
  SMALL,
  STEADY,
  sessionsCurve,
} from './growth-curve.ts'
import { growthReport } from './growth-report.ts'

const TRIALS: readonly GrowthTrial[] = [
  clients(10, 100, 3),
  clients(10, 200, 5),
  clients(10, 300, 4),
  clients(1000, 10, 0.4),
  sessions(100, 200, true),
  sessions(2000, 60, false),
]
const RESULT = {
  machine: 'A machine',
  rounds: 3,
  reference: undefined,
  curves: [
    { ...clientsCurve, sizes: [10, 1000] },
    { ...sessionsCurve, sizes: [100, 2000] },
    { ...historyCurve, sizes: [0] },
  ],
  trials: TRIALS,
  idleKB: [9, 10, 30],
}

it('has a table and a picture for each curve, with the medians of the rounds', () => {
  const { text, pictures } = growthReport(RESULT)
  expect(text).toMatch(/\| 10 +\| +200 \| +4\.00 \|/)
  expect([...(pictures?.keys() ?? [])]).toEqual([
    'growth-clients.svg',
    'growth-sessions.svg',
    'growth-history.svg',
  ])
  for (const name of pictures?.keys() ?? []) expect(text).toContain(`](${name})`)
})

it('marks what a server did not keep up with, in the table and in the picture', () => {
  const { text, pictures } = growthReport(RESULT)
  expect(text).toMatch(/\| 2,000 +\| +60\.0 \\\* \|/)
  expect(pictures?.get('growth-sessions.svg')).toContain('hollow"')
  expect(pictures?.get('growth-clients.svg')).not.toContain('hollow"')
})

it('tells what a core carries from the largest sizes that were kept up with', () => {
  const { text } = growthReport(RESULT)
  expect(text).toContain('**5,000 people in one session**')
  expect(text).toContain('**170 sessions of 3 people**')
  expect(text).toContain('**100,000 people who are only connected**')
})

it('names the contender of each line if there are two', () => {
  const reference = { name: 'other', command: '', reflectorPath: '', filesPath: undefined }
  const { text } = growthReport({ ...RESULT, reference })
  expect(text).toContain(`box: ${STEADY}`)
})

function clients(size: number, steady: number, saturated: number): GrowthTrial {
  const costs = { [STEADY]: steady, [SATURATED]: saturated }
  return { contender: 'box', curve: 'clients', size, sample: { costs, isSustained: true } }
}

function sessions(size: number, cost: number, isSustained: boolean): GrowthTrial {
  return {
    contender: 'box',
    curve: 'sessions',
    size,
    sample: { costs: { [SMALL]: cost }, isSustained },
  }
}
