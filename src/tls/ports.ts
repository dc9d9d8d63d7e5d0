/** The box's own certificate authority, as devices are told to trust it. */
export interface LocalAuthority {
  readonly name: string
  /** DER */
  readonly certificate: Uint8Array
  /** SHA-256, `AB:CD:…` */
  readonly fingerprint: string
  readonly notAfter: Date
}

export interface Tls {
  readonly mode: 'local-ca' | 'provided' | 'off'
  /** with `local-ca` only */
  readonly authority: LocalAuthority | undefined
  /** names and addresses that the present certificate is for */
  names(): readonly string[]
  /**
   * Told by which host name or address somebody reached the box; with `local-ca`, one that is new and
   * within the constraints gets into the certificate.
   */
  noteHost(host: string): void
}
