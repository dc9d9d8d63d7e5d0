import { CLOSE_CODE, ProtocolError } from './close-code.ts'
import type { Json } from './messages.ts'

interface FieldLimit {
  /** UTF-16 units of the text, or of its JSON if it is no string */
  readonly longest: number
  /**
   * Where it counts while the box keeps it. `session`: the session's own row, of which there is one;
   * `beside`: what the session keeps beside its history (LIMIT14).
   */
  readonly countsIn: 'session' | 'history' | 'beside' | 'backlog' | 'log'
  /** `cut` is for what only the log and the dashboard show; all else closes with 4109 */
  readonly beyond: 'refused' | 'cut'
}

/** Its frame is the limit (FRAME8); where it is kept there is another one. */
const AS_LONG_AS_A_FRAME = Infinity

/**
 * Everything that a client can make the box remember, and how long each may be (LIMIT12). The decoder
 * reads no text that has no entry here.
 */
export const FIELD_LIMITS = {
  'JOIN.name': { longest: 2000, countsIn: 'session', beyond: 'refused' },
  'JOIN.appId': { longest: 1000, countsIn: 'session', beyond: 'refused' },
  'JOIN.persistentId': { longest: 1000, countsIn: 'session', beyond: 'refused' },
  'JOIN.tove': { longest: 2000, countsIn: 'session', beyond: 'refused' },
  'JOIN.heraldUrl': { longest: 2000, countsIn: 'session', beyond: 'refused' },
  'JOIN.url': { longest: 2000, countsIn: 'session', beyond: 'cut' },
  'JOIN.user': { longest: 500_000, countsIn: 'beside', beyond: 'refused' },
  'JOIN.sdk': { longest: 200, countsIn: 'log', beyond: 'cut' },
  'JOIN.developerId': { longest: 200, countsIn: 'log', beyond: 'cut' },
  'JOIN.codeHash': { longest: 200, countsIn: 'log', beyond: 'cut' },
  'JOIN.dormantDelay': { longest: 200, countsIn: 'log', beyond: 'cut' },
  'JOIN.location': { longest: 2000, countsIn: 'log', beyond: 'cut' },
  'SEND.args': { longest: AS_LONG_AS_A_FRAME, countsIn: 'history', beyond: 'refused' },
  'SEND.msgID': { longest: 1000, countsIn: 'beside', beyond: 'refused' },
  'TUTTI.payload': { longest: 256_000, countsIn: 'beside', beyond: 'refused' },
  'TUTTI.firstMsg': { longest: AS_LONG_AS_A_FRAME, countsIn: 'history', beyond: 'refused' },
  'TUTTI.tallyTarget': { longest: 4000, countsIn: 'beside', beyond: 'refused' },
  'TUTTI.tuttiKey': { longest: 1000, countsIn: 'beside', beyond: 'refused' },
  'SNAP.hash': { longest: 200, countsIn: 'session', beyond: 'refused' },
  'SNAP.url': { longest: 8000, countsIn: 'session', beyond: 'refused' },
  'SAVE.url': { longest: 8000, countsIn: 'session', beyond: 'refused' },
  'PING.args': { longest: 16_000, countsIn: 'backlog', beyond: 'refused' },
  'LOG.args': { longest: 2000, countsIn: 'log', beyond: 'cut' },
  'unknown.action': { longest: 200, countsIn: 'log', beyond: 'cut' },
} as const satisfies Record<string, FieldLimit>

export type FieldName = keyof typeof FIELD_LIMITS

/**
 * The text as the box may keep it.
 * @throws {ProtocolError} 4109 if it is too long to be kept (LIMIT12)
 */
export function keptText(name: FieldName, text: string): string {
  const { longest, beyond } = FIELD_LIMITS[name]
  if (text.length <= longest) return text
  if (beyond === 'cut') return copyOf(text.slice(0, longest))
  const [action] = name.split('.')
  throw new ProtocolError(
    CLOSE_CODE.unknownError,
    `${action}: ${name.slice(name.indexOf('.') + 1)} is longer than ${longest}`,
  )
}

/**
 * The value as the box may keep it: itself, or the beginning of its JSON.
 * @throws {ProtocolError} 4109, likewise
 */
export function keptJson(name: FieldName, value: Json): Json {
  if (typeof value === 'string') return keptText(name, value)
  if (typeof value !== 'object' || value === null) return value
  const text = JSON.stringify(value)
  return text.length <= FIELD_LIMITS[name].longest ? value : keptText(name, text)
}

/** A slice would keep alive the whole text that it is of. */
function copyOf(slice: string): string {
  return JSON.parse(JSON.stringify(slice))
}
