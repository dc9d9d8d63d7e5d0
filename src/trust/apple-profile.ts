import { createHash } from 'node:crypto'
import type { LocalAuthority } from '../tls/ports.ts'

const UUID_BYTES = 16

/**
 * A configuration profile (`.mobileconfig`) by which iPhones and iPads get to know an authority. One
 * that is installed again takes the place of the first, because all in it comes from the certificate.
 */
export async function appleProfile(authority: LocalAuthority): Promise<string> {
  // It takes as long to load as half of a start: only who has an Apple device waits for it.
  const { build } = await import('plist')
  const { name, certificate, fingerprint } = authority
  const identifier = `croquet-in-a-box.${uuidFor(fingerprint)}`
  const common = { PayloadVersion: 1, PayloadDisplayName: name }
  return build({
    ...common,
    PayloadType: 'Configuration',
    PayloadIdentifier: identifier,
    PayloadUUID: uuidFor(`${fingerprint} profile`),
    PayloadOrganization: 'Croquet in a box',
    PayloadDescription: 'Lets this device open a Croquet box of its own network by https.',
    PayloadRemovalDisallowed: false,
    PayloadContent: [
      {
        ...common,
        PayloadType: 'com.apple.security.root',
        PayloadIdentifier: `${identifier}.authority`,
        PayloadUUID: uuidFor(`${fingerprint} authority`),
        PayloadDescription: 'The authority of the box.',
        PayloadCertificateFileName: 'croquet-box.crt',
        PayloadContent: Buffer.from(certificate),
      },
    ],
  })
}

/** The same text gives the same one (RFC 9562, version 8). */
function uuidFor(text: string): string {
  const bytes = createHash('sha256').update(text).digest().subarray(0, UUID_BYTES)
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  const hex = bytes.toString('hex').toUpperCase()
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
