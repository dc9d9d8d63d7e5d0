import type { MessageRun, NewMessages } from './record.ts'

/** New messages come in runs that end when they have become so long (UTF-16 units). */
const MAX_NEW_LENGTH = 4_000_000

/**
 * New messages as runs, of which each is short enough to be written in one piece.
 * @param texts at least one; @param length of them together (UTF-16 units)
 * @param first position of the first; @param time teatime, ms, at or after that of the last
 */
export function newRuns(
  texts: readonly string[],
  length: number,
  first: number,
  time: number,
): readonly NewMessages[] {
  if (length <= MAX_NEW_LENGTH) return [{ first, count: texts.length, text: texts.join(), time }]
  const runs: NewMessages[] = []
  let start = 0
  let run = 0
  for (const [index, text] of texts.entries()) {
    run += text.length
    if (run < MAX_NEW_LENGTH && index < texts.length - 1) continue
    const part = texts.slice(start, index + 1)
    runs.push({ first: first + start, count: part.length, text: part.join(), time })
    start = index + 1
    run = 0
  }
  return runs
}

/**
 * The run without its messages before position `first`, each left character by character as it was;
 * undefined if the text does not hold as many messages as the run says.
 */
export function runFrom(run: MessageRun, first: number): MessageRun | undefined {
  const starts = startsOf(run.text)
  const start = starts[first - run.first]
  if (starts.length !== run.count || start === undefined) return undefined
  return { first, count: run.first + run.count - first, text: run.text.slice(start) }
}

/** The runs, each of which follows the one before it, as one. */
export function joined(runs: readonly MessageRun[]): MessageRun {
  return {
    first: runs[0]?.first ?? 0,
    count: runs.reduce((sum, run) => sum + run.count, 0),
    text: runs.map((run) => run.text).join(','),
  }
}

/**
 * Where each of the comma-joined JSON values of a text starts. Read as JSON, since commas stand inside
 * values too, but not parsed into values: numbers would come back spelled in another way.
 */
function startsOf(text: string): number[] {
  const starts = text === '' ? [] : [0]
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const char = text[at]
    if (char === '"') at = endOfString(text, at)
    else if (char === '[' || char === '{') depth++
    else if (char === ']' || char === '}') depth--
    else if (char === ',' && depth === 0) starts.push(at + 1)
  }
  return starts
}

function endOfString(text: string, start: number): number {
  let at = start + 1
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at
}
