import { FIELD_LIMITS, type FieldName } from '../../src/protocol/field-limits.ts'

interface SentFrame {
  readonly id?: string
  readonly action: string
  readonly args?: unknown
  readonly tags?: Readonly<Record<string, unknown>>
}

/** What the box keeps nothing of: a boolean, a number or a choice, or nothing that it reads. */
const KEPT_NOWHERE = new Set([
  ...['JOIN.apiKey', 'JOIN.version', 'JOIN.ticks', 'JOIN.leaveDelay', 'JOIN.flags'],
  ...['SEND.debounce', 'TUTTI.sendTime', 'TUTTI.tuttiSeq', 'TUTTI.wantsVote'],
  ...['SNAP.time', 'SNAP.seq', 'SNAP.auditStats', 'SNAP.dissident'],
  ...['SAVE.persistTime', 'SAVE.dissident'],
])

const ACTIONS = new Set(['JOIN', 'SEND', 'TUTTI', 'SNAP', 'SAVE', 'PING', 'PULSE', 'LOG'])
const TUTTI_ARGS = [
  ...['sendTime', 'tuttiSeq', 'payload', 'firstMsg', 'wantsVote', 'tallyTarget', 'tuttiKey'],
]

/** How long the fields are that clients sent: the longest of each, counted as LIMIT12 counts. */
export class SentSizes {
  readonly #longest = new Map<string, number>()
  /** what no client was known to send when the limits were set */
  readonly #unknown = new Set<string>()

  add(frames: Iterable<string>): void {
    for (const text of frames) this.#addFrame(JSON.parse(text) as SentFrame)
  }

  get unknown(): readonly string[] {
    return [...this.#unknown]
  }

  /** The longest of each field that has a limit and was sent. */
  get fields(): ReadonlyMap<FieldName, number> {
    return this.#longest as ReadonlyMap<FieldName, number>
  }

  /** A line for each field. */
  get table(): string {
    return [...this.#longest]
      .sort(([a], [b]) => a.localeCompare(b))
      .map(
        ([name, size]) => `${name.padEnd(18)} ${String(size).padStart(8)} ${shareOf(name, size)}`,
      )
      .join('\n')
  }

  #addFrame({ action, args, tags = {} }: SentFrame): void {
    if (!ACTIONS.has(action)) this.#unknown.add(action)
    else
      for (const [field, value] of fieldsOf(action, args)) this.#note(`${action}.${field}`, value)
    for (const [field, value] of Object.entries(tags)) this.#note(`${action}.${field}`, value)
  }

  #note(name: string, value: unknown): void {
    if (KEPT_NOWHERE.has(name) || value === undefined || value === null) return
    if (!Object.hasOwn(FIELD_LIMITS, name)) {
      this.#unknown.add(name)
      return
    }
    const { length } = typeof value === 'string' ? value : JSON.stringify(value)
    this.#longest.set(name, Math.max(this.#longest.get(name) ?? 0, length))
  }
}

/** The fields of a frame, by the names that docs/protocol.md has for them. */
function fieldsOf(action: string, args: unknown): Iterable<readonly [string, unknown]> {
  if (action === 'TUTTI' && Array.isArray(args)) {
    return args.map((value, index) => [TUTTI_ARGS[index] ?? String(index), value] as const)
  }
  if (['SEND', 'PING', 'LOG', 'PULSE'].includes(action)) return [['args', args]]
  return Object.entries(args ?? {})
}

function shareOf(name: string, size: number): string {
  const { longest } = FIELD_LIMITS[name as FieldName]
  return (
    `of ${longest}`.padEnd(12) +
    (longest < Infinity ? ` ${Math.ceil((100 * size) / longest)} %` : '')
  )
}
