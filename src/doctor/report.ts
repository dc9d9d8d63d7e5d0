import { styleText } from 'node:util'
import { type Finding, type Section, STATUSES, type Status } from './finding.ts'

type Format = 'bold' | 'gray' | 'green' | 'red' | 'yellow'

/** Where there are no colours, the word is there instead of the sign. */
const LOOKS: Readonly<Record<Status, { sign: string; word: string; colour: Format }>> = {
  ok: { sign: '✓', word: 'ok', colour: 'green' },
  skipped: { sign: '–', word: 'not seen', colour: 'gray' },
  warning: { sign: '!', word: 'warning', colour: 'yellow' },
  problem: { sign: '✗', word: 'problem', colour: 'red' },
}
/** Narrower than that, lines are wrapped by the terminal. */
const LEAST_WIDTH = 30
const WORD_WIDTH = Math.max(...Object.values(LOOKS).map(({ word }) => word.length))

/** Whether anything is a problem, which is what the exit code says. */
export function isWell(sections: readonly Section[]): boolean {
  return !allIn(sections).some(({ status }) => status === 'problem')
}

/**
 * For people.
 * @param columns of the terminal, which has signs and colours; undefined: there is none, and lines are as long as they are
 */
export function textOf(sections: readonly Section[], columns: number | undefined): string {
  const lineOf = columns === undefined ? plainLine : (found: Finding) => signedLine(found, columns)
  const head = (title: string) => (columns === undefined ? title : painted('bold', title))
  const blocks = sections.map(({ title, findings }) =>
    [head(title), ...findings.map(lineOf)].join('\n'),
  )
  return [...blocks, summaryOf(sections)].join('\n\n')
}

function plainLine({ status, text, advice }: Finding): string {
  const line = `  ${LOOKS[status].word.padEnd(WORD_WIDTH)}  ${text}`
  return advice === '' ? line : `${line}\n${' '.repeat(WORD_WIDTH + 4)}→ ${advice}`
}

function signedLine({ status, text, advice }: Finding, columns: number): string {
  const { sign, colour } = LOOKS[status]
  const line = `  ${painted(colour, sign)}  ${wrapped(text, columns, 5)}`
  return advice === '' ? line : `${line}\n     → ${wrapped(advice, columns, 7)}`
}

/** Whoever pipes it elsewhere has asked for no colours: that was looked at before. */
function painted(format: Format, text: string): string {
  return styleText(format, text, { validateStream: false })
}

/** In lines that end between words. @param indent of all lines, of which the first has it already */
function wrapped(text: string, columns: number, indent: number): string {
  const width = Math.max(columns - indent, LEAST_WIDTH)
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= width) {
      lines[lines.length - 1] = `${last} ${word}`
    } else {
      lines.push(word)
    }
  }
  return lines.join(`\n${' '.repeat(indent)}`)
}

/** For programs. */
export function jsonOf(sections: readonly Section[]): string {
  const counts = Object.fromEntries(STATUSES.map((status) => [status, countOf(sections, status)]))
  return JSON.stringify({ isWell: isWell(sections), counts, sections }, undefined, 2)
}

function summaryOf(sections: readonly Section[]): string {
  const [problems, warnings] = [countOf(sections, 'problem'), countOf(sections, 'warning')]
  const good = `${countOf(sections, 'ok')} of ${allIn(sections).length} checks are well`
  if (problems === 0 && warnings === 0) return `No problems: ${good}.`
  const parts = [counted(problems, 'problem'), counted(warnings, 'warning')]
  return `${parts.filter((part) => part !== '').join(', ')}: ${good}.`
}

function counted(count: number, noun: string): string {
  return count === 0 ? '' : `${count} ${noun}${count === 1 ? '' : 's'}`
}

function countOf(sections: readonly Section[], status: Status): number {
  return allIn(sections).filter((finding) => finding.status === status).length
}

function allIn(sections: readonly Section[]): Finding[] {
  return sections.flatMap(({ findings }) => findings)
}
