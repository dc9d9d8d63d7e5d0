/**
 * Why the box closes a web socket. A client reconnects by itself after a code below 4100; from 4100
 * on it gives up and shows the reason to its user.
 */
export const CLOSE_CODE = {
  unknownSession: 4000,
  unresponsive: 4001,
  inactive: 4002,
  pleaseReconnect: 4003,
  badProtocol: 4100,
  badAppId: 4101,
  malformedMessage: 4102,
  noAccess: 4103,
  unknownError: 4109,
  neverJoined: 4121,
  noRoom: 4122,
  sentAway: 4123,
} as const

export type CloseCode = (typeof CLOSE_CODE)[keyof typeof CLOSE_CODE]

/** A web-socket close frame has room for this many bytes of reason. */
export const MAX_CLOSE_REASON_BYTES = 123

/** The peer broke the protocol; carries what its connection must be closed with. */
export class ProtocolError extends Error {
  readonly closeCode: CloseCode

  /** @param reason shown to the client's user: plain words, at most {@link MAX_CLOSE_REASON_BYTES} of ASCII */
  constructor(closeCode: CloseCode, reason: string) {
    super(reason)
    this.name = 'ProtocolError'
    this.closeCode = closeCode
  }
}
