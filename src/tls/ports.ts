/** The box's own certificate authority, as devices are told to trust it. */
export interface LocalAuthority {
  /** as a person finds it in a list of authorities */
  readonly name: string
  /** DER */
  readonly certificate: Uint8Array
  /** SHA-256, `AB:CD:…` */
  readonly fingerprint: string
  readonly notAfter: Date
}

export interface Tls {
  readonly mode: TlsMode
  /** with `local-ca` only */
  readonly authority: LocalAuthority | undefined
  /** names and addresses that the present certificate is for */
  names(): readonly string[]
  /**
   * Told by which host name or address somebody reached the box, without a port; with `local-ca`, one that is new
   * and within the constraints gets into the certificate, a second later.
   */
  noteHost(host: string): void
  /** Whether browsers trust the present certificate as they come. */
  isPublic(): boolean
}

/** Who makes the certificate: the box, its owner, or nobody. */
export const TLS_MODES = ['local-ca', 'provided', 'off'] as const
export type TlsMode = (typeof TLS_MODES)[number]

/** TLS as who opened it has it. */
export interface RunningTls extends Tls {
  /** Resolves when nothing is written any more; no timer is left. */
  close(): Promise<void>
}

export interface Clock {
  /** ms since 1970 */
  wallTime(): number
}

/** Ends a timer. */
export type Cancel = () => void

export interface Timers {
  after(delayMs: number, run: () => void): Cancel
  every(intervalMs: number, run: () => void): Cancel
}

type LogCall = (fields: object, text: string) => void

export interface Log {
  readonly notice: LogCall
  readonly warn: LogCall
  readonly error: LogCall
}
