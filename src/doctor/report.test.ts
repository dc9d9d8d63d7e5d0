import { describe, expect, it } from 'vitest'
import { ok, problem, type Section, skipped, warning } from './finding.ts'
import { isWell, jsonOf, textOf } from './report.ts'
import { stepLine } from './step-line.ts'

const SECTIONS: readonly Section[] = [
  { title: 'The box', findings: [ok('box', 'it runs'), skipped('name', 'nobody knows')] },
  {
    title: 'https://box.school/',
    findings: [warning('ticks', 'ticks come late', 'Wait.'), problem('join', 'no', 'Do this.')],
  },
]
const GOOD: readonly Section[] = [{ title: 'The box', findings: [ok('box', 'it runs')] }]

describe('for people', () => {
  it('it is plain where there is no terminal', () => {
    expect(textOf(SECTIONS, undefined)).toBe(
      `The box
  ok        it runs
  not seen  nobody knows

https://box.school/
  warning   ticks come late
            → Wait.
  problem   no
            → Do this.

1 problem, 1 warning: 1 of 4 checks are well.`,
    )
  })

  it('it has signs and colours on a terminal', () => {
    const text = textOf(SECTIONS, 80)
    expect(text).toContain('\x1b[31m✗\x1b[39m  no\n     → Do this.')
    expect(text).toContain('\x1b[1mThe box\x1b[22m')
  })

  it('it keeps its words whole on a narrow one, and its lines below each other', () => {
    const long = problem('join', 'one two three four five', 'Do this, or do that, or else.')
    const text = textOf([{ title: 'x', findings: [long] }], 1)
    expect(text.split('\n').slice(1, 4)).toEqual([
      expect.stringContaining('one two three four five'),
      '     → Do this, or do that, or else.',
      '',
    ])
    const narrow = textOf(
      [{ title: 'x', findings: [{ ...long, text: 'word '.repeat(9).trim() }] }],
      36,
    )
    expect(narrow).toContain('word word word word word word\n     word word word\n')
  })

  it('that all is well is said', () => {
    expect(textOf(GOOD, undefined)).toContain('\n\nNo problems: 1 of 1 checks are well.')
  })
})

it('for programs it is JSON', () => {
  expect(JSON.parse(jsonOf(SECTIONS))).toEqual({
    isWell: false,
    counts: { ok: 1, skipped: 1, warning: 1, problem: 1 },
    sections: SECTIONS,
  })
})

it('all is well as long as there is no problem', () => {
  expect(isWell(GOOD)).toBe(true)
  expect(isWell([{ title: '', findings: [warning('x', ''), skipped('x', '')] }])).toBe(true)
  expect(isWell(SECTIONS)).toBe(false)
})

describe('what is looked at now', () => {
  const shownOn = (isTTY: boolean) => {
    const written: string[] = []
    const write = (text: unknown) => written.push(String(text)) > 0
    const line = stepLine({ isTTY: isTTY as true, write, columns: 20 })
    line.show('names')
    line.show('more than fits into a line')
    line.end()
    return written
  }

  it('is told on a terminal, and goes again', () => {
    expect(shownOn(true)).toEqual([
      '\r\x1b[KLooking at names …',
      '\r\x1b[KLooking at more t …',
      '\r\x1b[K',
    ])
  })

  it('is told nowhere else', () => {
    expect(shownOn(false)).toEqual([])
  })
})
