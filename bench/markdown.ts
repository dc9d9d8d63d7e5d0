/** A table; numbers are set to the right. */
export function table(head: readonly string[], rows: ReadonlyArray<readonly string[]>): string {
  const width = (column: number) =>
    Math.max(3, ...[head, ...rows].map((row) => row[column]?.length ?? 0))
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => (column === 0 ? cell.padEnd(width(column)) : cell.padStart(width(column)))).join(' | ')} |`
  const rule = head.map((_, column) =>
    column === 0 ? '-'.repeat(width(column)) : `${'-'.repeat(width(column) - 1)}:`,
  )
  return [line(head), `| ${rule.join(' | ')} |`, ...rows.map(line)].join('\n')
}

/** A number as people write it; a dash if there is none. */
export function number(value: number, digits = 0): string {
  if (Number.isNaN(value)) return '–'
  return value.toLocaleString('en', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })
}

/** A difference, with its sign. */
export function difference(value: number, digits: number): string {
  const text = number(value, digits)
  return value >= 0 ? `+${text}` : text.replace('-', '−')
}

export function percent(share: number): string {
  return `${number(share * 100, share === 1 ? 0 : 1)} %`
}

/** The document with another text between the markers of this name. */
export function withSection(document: string, name: string, text: string): string {
  const [begin, end] = [`<!-- bench ${name} -->`, `<!-- end of ${name} -->`]
  const [from, to] = [document.indexOf(begin), document.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`the document has no "${begin} … ${end}"`)
  return `${document.slice(0, from)}${begin}\n\n${text}\n\n${document.slice(to)}`
}

/** Three digits or all before the point; a dash if there is none. */
export function significant(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2
  return number(value, digits)
}
