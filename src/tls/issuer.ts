import 'reflect-metadata'
import { webcrypto } from 'node:crypto'
import { isIP } from 'node:net'
import { AsnConvert } from '@peculiar/asn1-schema'
import {
  GeneralName,
  GeneralSubtree,
  GeneralSubtrees,
  id_ce_nameConstraints,
  NameConstraints,
} from '@peculiar/asn1-x509'
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509'
import type { Constraints } from './constraints.ts'
import type { Validity } from './validity.ts'

// Loading this takes a tenth of a second: whoever needs no new certificate does without.

const { subtle } = webcrypto
const KEY_KIND = { name: 'ECDSA', namedCurve: 'P-256' }
const SIGNING = { name: 'ECDSA', hash: 'SHA-256' }
const ORGANISATION = 'Croquet in a Box'

/** Both PEM. */
export interface KeyPair {
  readonly certificate: string
  readonly key: string
}

/**
 * Makes an authority that can vouch for servers within the constraints, and for no other authority.
 *
 * The constraints are critical: who does not know them does not trust it. They are about names and addresses alone, and a kind of name
 * that they leave out would be free; so the authority itself is for servers only, whose other names nobody looks at.
 */
export async function makeAuthority(
  name: string,
  constraints: Constraints,
  validity: Validity,
): Promise<KeyPair> {
  const keys = await newKeys()
  const certificate = await X509CertificateGenerator.createSelfSigned({
    ...{ name: subjectOf(name), keys, signingAlgorithm: SIGNING, ...validity },
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new Extension(id_ce_nameConstraints, true, encoded(constraints)),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return { certificate: certificate.toString('pem'), key: await exported(keys.privateKey) }
}

/** Makes a certificate for a server, with a key of its own. @param hosts names, wildcards and addresses */
export async function issueCertificate(
  authority: KeyPair,
  hosts: readonly string[],
  validity: Validity,
): Promise<KeyPair> {
  const issuer = new X509Certificate(authority.certificate)
  const keys = await newKeys()
  const names = hosts.map((value) => ({ type: isIP(value) ? 'ip' : 'dns', value }) as const)
  const certificate = await X509CertificateGenerator.create({
    ...{ issuer: issuer.subjectName, subject: subjectOf(ORGANISATION), ...validity },
    publicKey: keys.publicKey,
    signingKey: await imported(authority.key),
    signingAlgorithm: SIGNING,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension(names),
      await AuthorityKeyIdentifierExtension.create(issuer.publicKey),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return { certificate: certificate.toString('pem'), key: await exported(keys.privateKey) }
}

/** What an authority can vouch for. @param certificate PEM */
export function constraintsOf(certificate: string): Constraints {
  const extension = new X509Certificate(certificate).getExtension(id_ce_nameConstraints)
  const parsed = extension && AsnConvert.parse(extension.value, NameConstraints)
  const bases = parsed?.permittedSubtrees?.map(({ base }) => base) ?? []
  return {
    domains: bases.flatMap(({ dNSName }) => dNSName ?? []),
    networks: bases.flatMap(({ iPAddress }) => iPAddress ?? []),
  }
}

function encoded({ domains, networks }: Constraints): ArrayBuffer {
  const bases = [
    ...domains.map((dNSName) => new GeneralName({ dNSName })),
    ...networks.map((iPAddress) => new GeneralName({ iPAddress })),
  ]
  const permittedSubtrees = new GeneralSubtrees(bases.map((base) => new GeneralSubtree({ base })))
  return AsnConvert.serialize(new NameConstraints({ permittedSubtrees }))
}

function subjectOf(name: string) {
  return [{ CN: [name] }, { O: [ORGANISATION] }]
}

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return subtle.generateKey(KEY_KIND, true, ['sign', 'verify'])
}

async function exported(key: webcrypto.CryptoKey): Promise<string> {
  return PemConverter.encode(await subtle.exportKey('pkcs8', key), 'PRIVATE KEY')
}

function imported(key: string): Promise<webcrypto.CryptoKey> {
  return subtle.importKey('pkcs8', PemConverter.decodeFirst(key), KEY_KIND, false, ['sign'])
}
