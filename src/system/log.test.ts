import { expect, it } from 'vitest'
import { createLog, standardErrorLog } from './log.ts'

const USUAL = ['info', 'notice', 'warn', 'error']

/** What is shown, and what the dashboard keeps, of one line of each level. */
function written(level: string, isTerminal: boolean) {
  const [shown, kept] = [[] as string[], [] as string[]]
  const noting = (levels: string[]) => ({
    write: (line: string) => levels.push(JSON.parse(line).level),
  })
  const to = standardErrorLog(level, isTerminal, noting(shown))
  const log = createLog(level, to, noting(kept))
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
