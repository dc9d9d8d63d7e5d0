import { CLOSE_CODE, ProtocolError } from './close-code.ts'
import { Fields, isObject } from './fields.ts'
import type { Join, Json } from './messages.ts'
import { decodeTicks } from './ticks.ts'
import { withoutTokens } from './token-path.ts'

/** A leave is never announced later than this (ms); clients ask for 60,250 at most. */
const MAX_LEAVE_DELAY_MS = 120_000
/** What a client may ask for that this reflector can do. */
const SUPPORTED_FLAGS = ['rawtime', 'microverse']
/** JOIN fields that only the log wants to know. */
const LOGGED = ['sdk', 'developerId', 'codeHash', 'dormantDelay', 'location'] as const

/**
 * @throws {ProtocolError} JOIN1, JOIN2: 4100 for an outdated protocol, 4103 without an API key; 4109 for
 *   a field of the wrong type or length (JOIN3, LIMIT12)
 */
export function decodeJoin(args: Json | undefined): Join {
  if (!isObject(args) && args !== undefined && args !== null) throw outdated()
  const fields = new Fields('JOIN', args)
  if (!fields.isSet('version')) throw outdated()
  if (!Object.hasOwn(args as object, 'apiKey')) {
    throw new ProtocolError(CLOSE_CODE.noAccess, 'bad apiKey: JOIN has none')
  }
  const appId = fields.optionalString('appId')
  const persistentId = fields.optionalString('persistentId')
  // What an app saved goes with its session, and is not for one of its visitors to remove.
  const isOfApp = appId !== undefined || persistentId !== undefined
  return {
    action: 'JOIN',
    name: bareName(fields.optionalString('name') ?? '', appId),
    appId,
    persistentId,
    pageUrl: withoutTokens(fields.optionalString('url') ?? ''),
    user: fields.json('user') || undefined,
    ticks: decodeTicks(fields.below('ticks')),
    tove: fields.optionalString('tove'),
    leaveDelay: Math.min(Math.max(fields.optionalNumber('leaveDelay') ?? 0, 0), MAX_LEAVE_DELAY_MS),
    flags: supportedFlags(fields.flags('flags')),
    heraldUrl: textOnly(fields.json('heraldUrl')),
    isFleeting: fields.isSet('fleeting') && !isOfApp,
    about: aboutIn(fields),
  }
}

function aboutIn(fields: Fields<'JOIN'>): Join['about'] {
  const entries = LOGGED.flatMap((name) => {
    const value = fields.json(name)
    return value === undefined ? [] : [[name, value] as const]
  })
  return Object.fromEntries(entries)
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

function supportedFlags(asked: ReadonlyMap<string, Json>): Record<string, true> {
  return Object.fromEntries(
    SUPPORTED_FLAGS.filter((flag) => asked.get(flag)).map((flag) => [flag, true]),
  )
}
