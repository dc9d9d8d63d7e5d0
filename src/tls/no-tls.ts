import type { Tls } from './ports.ts'

/** That of a box which somebody else's proxy is in front of, or nobody: it has no certificate. */
export const NO_TLS: Tls = {
  mode: 'off',
  authority: undefined,
  names: () => [],
  noteHost() {},
}
