import 'reflect-metadata'
import { webcrypto } from 'node:crypto'
import { isIP } from 'node:net'
import {
  AuthorityInfoAccessExtension,
  BasicConstraintsExtension,
  type Extension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509'

const { subtle } = webcrypto
const KEY_KIND = { name: 'ECDSA', namedCurve: 'P-256' }
const signingAlgorithm = { name: 'ECDSA', hash: 'SHA-256' }
const DAY_MS = 86_400_000

export interface SampleCertificate {
  /** PEM, of the address alone */
  readonly certificate: string
  /** PEM */
  readonly key: string
  /** PEM, of who issued it: itself if it is self-signed */
  readonly authority: string
}

export interface SampleOptions {
  readonly hosts?: readonly string[]
  /** when it begins and ends, days from now */
  readonly days?: readonly [from: number, to: number]
  readonly isSelfSigned?: boolean
  /** says where the certificate of its authority is, as those of public authorities do */
  readonly saysWhereIssuerIs?: boolean
}

/** Makes a certificate, and an authority for it. */
export async function sampleCertificate(options: SampleOptions = {}): Promise<SampleCertificate> {
  const { hosts = ['127.0.0.1', 'localhost'], days = [-1, 90], isSelfSigned = false } = options
  const [notBefore, notAfter] = days.map((day) => new Date(Date.now() + day * DAY_MS))
  const times = { ...(notBefore && { notBefore }), ...(notAfter && { notAfter }) }
  const names = hosts.map((value) => ({ type: isIP(value) ? 'ip' : 'dns', value }) as const)
  const extensions: Extension[] = [new SubjectAlternativeNameExtension(names)]
  if (options.saysWhereIssuerIs) {
    extensions.push(new AuthorityInfoAccessExtension({ caIssuers: ['http://ca.example/ca.crt'] }))
  }
  const [keys, ofIssuer] = [await newKeys(), await newKeys()]
  const key = PemConverter.encode(await subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY')
  if (isSelfSigned) {
    const name = 'CN=Self'
    const made = await X509CertificateGenerator.createSelfSigned({
      ...{ name, keys, signingAlgorithm, extensions, ...times },
    })
    return { certificate: made.toString('pem'), key, authority: made.toString('pem') }
  }
  const issuer = await X509CertificateGenerator.createSelfSigned({
    ...{ name: 'CN=Sample, O=Sample authority', keys: ofIssuer, signingAlgorithm },
    extensions: [new BasicConstraintsExtension(true, 0, true)],
  })
  const made = await X509CertificateGenerator.create({
    ...{ issuer: issuer.subject, subject: 'CN=Leaf', publicKey: keys.publicKey, ...times },
    ...{ signingKey: ofIssuer.privateKey, signingAlgorithm, extensions },
  })
  return { certificate: made.toString('pem'), key, authority: issuer.toString('pem') }
}

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return subtle.generateKey(KEY_KIND, true, ['sign', 'verify'])
}
