import { CertificateFolder } from './certificate-folder.ts'
import { LocalTls } from './local-tls.ts'
import type { TlsOptions } from './options.ts'
import type { RunningTls } from './ports.ts'
import { ProvidedTls } from './provided-tls.ts'

/**
 * Resolves when nginx finds the certificate, or none with mode `off`.
 * @throws {Error} with a sentence for the person who starts the box
 */
export async function openTls(options: TlsOptions): Promise<RunningTls> {
  switch (options.mode) {
    case 'local-ca':
      return LocalTls.open(options)
    case 'provided':
      return ProvidedTls.open(options)
    case 'off':
      await new CertificateFolder(options.certificateDir).remove()
      return NO_TLS
  }
}

/** That of a box which somebody else's proxy is in front of, or nobody: it has no certificate. */
export const NO_TLS: RunningTls = {
  mode: 'off',
  authority: undefined,
  names: () => [],
  noteHost: () => {},
  isPublic: () => false,
  close: async () => {},
}
