import { CLOSE_CODE, ProtocolError } from './close-code.ts'
import { keptJson, keptText } from './field-limits.ts'
import { broken, Fields } from './fields.ts'
import { decodeJoin } from './join.ts'
import { latencyIn } from './latency.ts'
import type { ClientMessage, Json, Message, Tags } from './messages.ts'
import { decodePlainSend } from './plain-send.ts'
import { decodeTicks } from './ticks.ts'

const MAX_SEQ = 0xffffffff
/** Deeper JSON can be parsed but not be written again: that takes a stack frame a level. */
const MAX_DEPTH = 100
/** A message has no more parts: clients send four. Each takes time of its own, however short it is (LIMIT12). */
const MAX_PARTS = 100
/** A debounce longer than this is cut to it (ms). */
const MAX_DEBOUNCE_MS = 600_000

/**
 * Turns the text of one client frame into a typed message.
 * @throws {ProtocolError} with the code to close the connection with
 */
export function decode(text: string): ClientMessage {
  return decodePlainSend(text) ?? decodeWhole(text)
}

function decodeWhole(text: string): ClientMessage {
  const envelope = parse(text)
  const { action, args, tags } = envelope
  if (typeof action !== 'string') return unknown(String(JSON.stringify(action)))
  const decoder = Object.hasOwn(DECODERS, action) ? DECODERS[action] : undefined
  return decoder ? decoder(args, tags) : unknown(action)
}

function unknown(action: string): ClientMessage {
  return { action: 'unknown', name: keptText('unknown.action', action) }
}

/** The fields of a JSON object; an array has none of them. */
interface Envelope {
  readonly action?: Json
  readonly args?: Json
  readonly tags?: Json
}

function parse(text: string): Envelope {
  let parsed: Json
  try {
    parsed = JSON.parse(text)
  } catch {
    throw new ProtocolError(CLOSE_CODE.malformedMessage, 'malformed message: not JSON')
  }
  if (typeof parsed !== 'object') {
    throw new ProtocolError(CLOSE_CODE.malformedMessage, 'malformed message: not an object')
  }
  if (parsed === null) throw new ProtocolError(CLOSE_CODE.unknownError, 'message is null')
  if (!isWithin(MAX_DEPTH, parsed)) {
    throw new ProtocolError(CLOSE_CODE.unknownError, 'message is nested too deeply')
  }
  return parsed as Envelope
}

/** Looks at each part once and makes nothing: a frame may have hundreds of thousands. */
function isWithin(depth: number, value: Json): boolean {
  if (typeof value !== 'object' || value === null) return true
  if (depth === 0) return false
  if (Array.isArray(value)) {
    for (const part of value) if (!isWithin(depth - 1, part)) return false
    return true
  }
  for (const name in value) if (!isWithin(depth - 1, value[name] ?? null)) return false
  return true
}

const DECODERS: Record<string, (args: Json | undefined, tags: Json | undefined) => ClientMessage> =
  {
    JOIN: decodeJoin,
    SEND: decodeSend,
    TUTTI: decodeTutti,
    SNAP: decodeSnap,
    SAVE: decodeSave,
    TICKS: (args) => ({ action: 'TICKS', ...decodeTicks(new Fields('TICKS', args)) }),
    PING: (args) => ({
      action: 'PING',
      args: args === undefined ? undefined : keptJson('PING.args', args),
    }),
    PULSE: () => ({ action: 'PULSE' }),
    LOG: (args) => ({
      action: 'LOG',
      text: keptText('LOG.args', typeof args === 'string' ? args : String(JSON.stringify(args))),
    }),
    SEEN: decodeSeen,
  }

function decodeSeen(args: Json | undefined): ClientMessage {
  if (!Number.isSafeInteger(args)) throw broken('SEEN', 'args must be the number of a notice')
  return { action: 'SEEN', notice: Number(args) }
}

function decodeSend(args: Json | undefined, tags: Json | undefined): ClientMessage {
  return {
    action: 'SEND',
    message: decodeMessage('SEND', args),
    tags: tags === undefined || tags === null ? undefined : decodeTags(tags),
    latency: Array.isArray(args) && args.length > 3 ? latencyIn(args.at(-1)) : undefined,
  }
}

function decodeMessage(action: string, args: Json | undefined): Message {
  if (!Array.isArray(args)) throw broken(action, 'a message must be an array')
  if (args.length > MAX_PARTS) throw broken(action, `a message has more than ${MAX_PARTS} parts`)
  const [, , payload, ...rest] = args
  if (payload === undefined || payload === null) throw broken(action, 'the payload is missing')
  return { payload: JSON.stringify(payload), rest: rest.map((part) => JSON.stringify(part)) }
}

function decodeTags(tags: Json): Tags | undefined {
  const fields = new Fields('SEND', tags)
  const debounce = Math.min(fields.optionalNumber('debounce') ?? 0, MAX_DEBOUNCE_MS)
  return debounce > 0 ? { debounce, msgID: fields.optionalString('msgID') ?? '' } : undefined
}

function decodeTutti(args: Json | undefined): ClientMessage {
  if (!Array.isArray(args)) throw broken('TUTTI', 'args must be an array')
  const [sendTime, , payload, firstMessage, wantsVote, tallyTarget, tuttiKey] = args
  if (typeof sendTime !== 'number') throw broken('TUTTI', 'the send time must be a number')
  if (typeof tuttiKey !== 'string') throw broken('TUTTI', 'the key must be a string')
  return {
    action: 'TUTTI',
    sendTime,
    // A client that publishes nothing votes with null.
    payload: keptText(
      'TUTTI.payload',
      typeof payload === 'string' ? payload : String(JSON.stringify(payload)),
    ),
    firstMessage: firstMessage ? decodeMessage('TUTTI', firstMessage) : undefined,
    wantsVote: Boolean(wantsVote),
    tallyTarget: tallyTarget === undefined ? undefined : keptJson('TUTTI.tallyTarget', tallyTarget),
    tuttiKey: keptText('TUTTI.tuttiKey', tuttiKey),
  }
}

function decodeSnap(args: Json | undefined): ClientMessage {
  const fields = new Fields('SNAP', args)
  const seq = fields.number('seq')
  if (!Number.isInteger(seq) || seq < 0 || seq > MAX_SEQ) throw broken('SNAP', 'seq must be uint32')
  return {
    action: 'SNAP',
    time: fields.number('time'),
    seq,
    hash: fields.string('hash'),
    url: fields.string('url'),
    dissident: fields.isSet('dissident'),
  }
}

function decodeSave(args: Json | undefined): ClientMessage {
  const fields = new Fields('SAVE', args)
  return {
    action: 'SAVE',
    url: fields.string('url'),
    dissident: fields.isSet('dissident'),
  }
}
