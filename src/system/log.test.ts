import { expect, it } from 'vitest'
import { createLog } from './log.ts'
import { LogBudget } from './log-budget.ts'

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
