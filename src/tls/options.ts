import type { Clock, Log, Timers, TlsMode } from './ports.ts'

/** What TLS is opened with. Paths are absolute. */
export interface TlsOptions {
  readonly mode: TlsMode
  /** by which people reach the box, as `parseHostnames` has them */
  readonly hostnames: readonly string[]
  /** Hosts by which people may reach the box now, without being told. */
  readonly ownHosts: () => readonly string[]
  /** of the authority, and of the hosts that were learned */
  readonly authorityDir: string
  /** where nginx finds the certificate */
  readonly certificateDir: string
  /** with mode `provided`: the certificate and its chain, and its key */
  readonly certificateFile: string
  readonly keyFile: string
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Log
}

/** How often it is looked whether another certificate is due (ms). */
export const LOOK_EVERY_MS = 60_000
