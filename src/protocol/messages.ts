export type Json = string | number | boolean | null | Json[] | { [key: string]: Json }

/**
 * What is reflected behind time and seq, as JSON texts: nothing of it is changed on its way, so it is not
 * kept as values.
 */
export interface Message {
  readonly payload: string
  /** whatever else the sender put behind it */
  readonly rest: readonly string[]
}

export interface Ticks {
  /** ms of silence before a tick */
  readonly tick: number | undefined
  /** ms after the last tick before which no message is reflected */
  readonly delay: number | undefined
  readonly scale: number | undefined
}

export interface Join {
  readonly action: 'JOIN'
  readonly name: string
  readonly appId: string | undefined
  readonly persistentId: string | undefined
  readonly pageUrl: string
  /** who the client says it is, given back unchanged in users messages; undefined: a silent listener */
  readonly user: Json | undefined
  readonly ticks: Ticks
  readonly tove: string | undefined
  /** ms to hold back the announcement that a user left */
  readonly leaveDelay: number
  readonly flags: Readonly<Record<string, true>>
  /** what is to be told who is in the session; undefined: nobody */
  readonly heraldUrl: string | undefined
  /** whether the client has no use for the session once everybody has left */
  readonly isFleeting: boolean
  /** what only the log wants to know */
  readonly about: { readonly [key: string]: Json }
}

export interface Tags {
  /** ms during which no second message with this msgID is reflected; 0: no limit */
  readonly debounce: number
  readonly msgID: string
}

export interface Send {
  readonly action: 'SEND'
  readonly message: Message
  readonly tags: Tags | undefined
  /** the sender's last round trip, ms, when it knows one */
  readonly latency: number | undefined
}

export interface Tutti {
  readonly action: 'TUTTI'
  /** teatime, ms */
  readonly sendTime: number
  readonly payload: string
  readonly firstMessage: Message | undefined
  readonly wantsVote: boolean
  readonly tallyTarget: Json | undefined
  readonly tuttiKey: string
}

export interface Snap {
  readonly action: 'SNAP'
  /** teatime, ms */
  readonly time: number
  readonly seq: number
  readonly hash: string
  readonly url: string
  readonly dissident: boolean
}

export interface Save {
  readonly action: 'SAVE'
  readonly url: string
  readonly dissident: boolean
}

export type ClientMessage =
  | Join
  | Send
  | Tutti
  | Snap
  | Save
  | ({ readonly action: 'TICKS' } & Ticks)
  | { readonly action: 'PING'; readonly args: Json | undefined }
  | { readonly action: 'PULSE' }
  | { readonly action: 'LOG'; readonly text: string }
  /** the page has shown this notice to its person */
  | { readonly action: 'SEEN'; readonly notice: number }
  | { readonly action: 'unknown'; readonly name: string }
