import { CLOSE_CODE, ProtocolError } from './close-code.ts'
import { Fields } from './fields.ts'
import type { Join, Json } from './messages.ts'
import { decodeTicks } from './ticks.ts'
import { withoutTokens } from './token-path.ts'

/** A leave is never announced later than this (ms). */
const MAX_LEAVE_DELAY_MS = 3_600_000
/** What a client may ask for that this reflector can do. */
const SUPPORTED_FLAGS = ['rawtime', 'microverse']
/** JOIN fields that only the log wants to know. */
const LOGGED = ['sdk', 'developerId', 'codeHash', 'heraldUrl', 'dormantDelay', 'location'] as const

/** @throws {ProtocolError} JOIN1, JOIN2: 4100 for an outdated protocol, 4103 without an API key */
export function decodeJoin(args: Json | undefined): Join {
  if (!isObject(args) && args !== undefined && args !== null) throw outdated()
  const fields = new Fields('JOIN', args)
  if (!fields.json('version')) throw outdated()
  if (!Object.hasOwn(args as object, 'apiKey')) {
    throw new ProtocolError(CLOSE_CODE.noAccess, 'bad apiKey: JOIN has none')
  }
  const appId = fields.optionalString('appId')
  return {
    action: 'JOIN',
    name: bareName(fields.optionalString('name') ?? '', appId),
    appId,
    persistentId: fields.optionalString('persistentId'),
    pageUrl: withoutTokens(fields.optionalString('url') ?? ''),
    user: fields.json('user') || undefined,
    ticks: decodeTicks('JOIN', fields.json('ticks') ?? {}),
    tove: fields.optionalString('tove'),
    leaveDelay: Math.min(Math.max(fields.optionalNumber('leaveDelay') ?? 0, 0), MAX_LEAVE_DELAY_MS),
    flags: supportedFlags(fields.json('flags')),
    heraldUrl: textOnly(fields.json('heraldUrl')),
    about: Object.fromEntries(
      LOGGED.flatMap((name) => {
        const value = fields.json(name)
        return value === undefined ? [] : [[name, value]]
      }),
    ),
  }
}

function isObject(args: Json | undefined): boolean {
  return typeof args === 'object' && args !== null && !Array.isArray(args)
}

function outdated(): ProtocolError {
  return new ProtocolError(CLOSE_CODE.badProtocol, 'outdated protocol: JOIN has no version')
}

/** Clients name a session `<appId>/<name>`. */
function bareName(name: string, appId: string | undefined): string {
  return appId && name.startsWith(`${appId}/`) ? name.slice(appId.length + 1) : name
}

function textOnly(value: Json | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function supportedFlags(asked: Json | undefined): Record<string, true> {
  if (typeof asked !== 'object' || asked === null) return {}
  const fields = new Map(Object.entries(asked))
  return Object.fromEntries(
    SUPPORTED_FLAGS.filter((flag) => fields.get(flag)).map((flag) => [flag, true]),
  )
}
