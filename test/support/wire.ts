/** What a client sees on the wire, as types that owe nothing to the box's own. */

/** A reflected message: teatime (ms), seq, payload, and what the sender put behind it. */
export type WireMessage = readonly [time: number, seq: number, payload: unknown, ...rest: unknown[]]

export interface SyncArgs {
  readonly url: string
  readonly messages: readonly WireMessage[]
  readonly time: number
  readonly seq: number
  readonly tove?: string
  readonly reflector: string
  readonly timeline: string
  readonly flags: Readonly<Record<string, boolean>>
  readonly snapshotTime?: number
  readonly snapshotSeq?: number
  readonly persisted?: boolean
}

/** The args of each action of the reflector. */
export interface ActionArgs {
  readonly SYNC: SyncArgs
  readonly RECV: WireMessage
  readonly TICK: number
  readonly PONG: unknown
  readonly REQU: undefined
  readonly INFO: { readonly code: string; readonly msg: string; readonly options: unknown }
}

/** A frame of the reflector, decoded. */
export interface Frame {
  readonly id?: string
  readonly action: string
  readonly args?: unknown
  /** as it came, chunks put together */
  readonly text: string
}

/** Payload of the users message. */
export interface UsersPayload {
  readonly what: 'users'
  readonly active: number
  readonly total: number
  readonly joined?: readonly unknown[]
  readonly left?: readonly unknown[]
  readonly _size: number
}

/** Payload of the tally message. */
export interface TallyPayload {
  readonly what: 'tally'
  readonly sendTime: number
  readonly tally: Readonly<Record<string, number>>
  readonly tallyTarget?: unknown
  readonly tuttiKey: string
  readonly missingClients: number
  readonly _size: number
}

/** Args of JOIN; a field set to undefined is left out. */
export type JoinArgs = Readonly<Record<string, unknown>>
