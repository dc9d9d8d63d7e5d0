import { expect, it } from 'vitest'
import { createLog, standardErrorLog } from './log.ts'
import { LogBudget } from './log-budget.ts'

const USUAL = ['info', 'notice', 'warn', 'error']

/** What is shown, and what the dashboard keeps, of one line of each level. */
function written(level: string, isTerminal: boolean) {
  const [shown, kept] = [[] as string[], [] as string[]]
  const noting = (levels: string[]) => ({
    write: (line: string) => levels.push(JSON.parse(line).level),
  })
  const to = standardErrorLog(level, isTerminal, noting(shown))
  const log = createLog(level, to, { tail: noting(kept), budget: new LogBudget(() => 0) })
  for (const each of ['debug', ...USUAL] as const) log[each as 'info']({}, 'said')
  return { shown, kept }
}

it('a terminal shows what somebody has to act on; the dashboard has all the same', () => {
  expect(written('auto', true)).toEqual({ shown: ['warn', 'error'], kept: USUAL })
})

it.each([
  ['auto', false, USUAL],
  ['info', true, USUAL],
  ['notice', true, ['notice', 'warn', 'error']],
  ['error', false, ['error']],
])('with the level %s, in a terminal: %s, all of %j is written', (level, isTerminal, levels) => {
  expect(written(level, isTerminal)).toEqual({ shown: levels, kept: levels })
})

it('[LOG4] leaves out what is too much, says so in one line, and writes errors all the same', () => {
  const [lines, tail]: [string[], string[]] = [[], []]
  const log = createLog('info', keep(lines), {
    tail: keep(tail),
    budget: new LogBudget(() => 0),
  })
  const text = 'x'.repeat(1_000_000)
  for (let count = 0; count < 30; count += 1) log.info(text)
  log.error('the disk is full')
  const written = lines.map((line) => JSON.parse(line))
  expect(written.filter(({ message }) => message === text)).toHaveLength(19)
  expect(written.slice(19)).toMatchObject([
    { level: 'warn', event: 'log-left-out', lines: 1 },
    { level: 'error', message: 'the disk is full' },
  ])
  expect(tail).toEqual(lines)
})

function keep(lines: string[]) {
  return { write: (line: string) => void lines.push(line) }
}
