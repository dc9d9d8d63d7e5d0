import type { Json } from '../protocol/messages.ts'
import type { Connection } from './connection.ts'
import type { Program, Visitor } from './ports.ts'

/** Longer texts of a client about itself are cut. */
const MAX_PROGRAM_LENGTH = 100

/** What JOIN tells of the client beside who it is. */
export function programOf({ sdk, codeHash }: { readonly [key: string]: Json }): Program {
  return { sdk: shortText(sdk), codeHash: shortText(codeHash) }
}

export function visitorOf({ origin, user, program, isViewer }: Connection): Visitor {
  const { connection, userIp, baseUrl } = origin
  const { sdk, codeHash } = program ?? {}
  const [, , boxHost = ''] = baseUrl.split('/', 3)
  return { connection, userIp, user, isViewer, boxHost, sdk, codeHash }
}

function shortText(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value.slice(0, MAX_PROGRAM_LENGTH) : undefined
}
