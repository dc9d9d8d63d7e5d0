import type { KeyObject, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { certificatesIn, isIssuedBy, keyIn, namesOf, parseCertificate, parseKey } from './pem.ts'

/** A certificate that browsers can be shown, if it is its time. */
export interface ProvidedCertificate {
  /** itself first, each followed by its issuer */
  readonly chain: readonly X509Certificate[]
  readonly names: readonly string[]
  readonly notAfter: Date
  /** that it has ended or not begun, by the clock of this machine, and what to do; undefined: it is good now */
  readonly outOfTime: string | undefined
  /** certificate, chain and key, as nginx wants them */
  readonly pem: string
}

/** What is wrong with the files that the owner of the box provides, and what to do. */
export class ProvidedError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'ProvidedError'
  }
}

export interface ProvidedFiles {
  readonly certificateFile: string
  readonly keyFile: string
}

/** The texts of both files. @throws {ProvidedError} */
export async function readProvided(files: ProvidedFiles): Promise<[chain: string, key: string]> {
  return [
    await read('BOX_TLS_CERT_FILE', files.certificateFile, 'the certificate and its chain'),
    await read('BOX_TLS_KEY_FILE', files.keyFile, "the certificate's key"),
  ]
}

/**
 * Checks what browsers and nginx would stumble over.
 * @param wallTime ms since 1970
 * @throws {ProvidedError}
 */
export function checkProvided(
  [chainText, keyText]: readonly [chain: string, key: string],
  { certificateFile, keyFile }: ProvidedFiles,
  wallTime: number,
): ProvidedCertificate {
  const chain = chainIn(chainText, certificateFile)
  const key = privateKeyIn(keyText, keyFile)
  const [certificate] = chain
  checkKey(chain, key, certificateFile, keyFile)
  checkOrder(chain, certificateFile)
  const names = namesOf(certificate)
  if (names.length === 0) {
    throw new ProvidedError(
      `${certificateFile} is for no host: have a certificate made that names the hosts of the box (subjectAltName)`,
    )
  }
  const parts = [...chain.map(String), key.export({ type: 'pkcs8', format: 'pem' })]
  return {
    ...{ chain, names, pem: parts.join('') },
    notAfter: certificate.validToDate,
    outOfTime: outOfTime(certificate, certificateFile, wallTime),
  }
}

async function read(setting: string, path: string, what: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT') {
      const advice = `put ${what} there (a link to a file that the box cannot see is not enough), or set ${setting}`
      throw new ProvidedError(`there is no ${path}: ${advice}`, { cause })
    }
    const advice = 'let the user that runs the box read it (in Docker that is user 1000)'
    throw new ProvidedError(`${path} cannot be read (${message}): ${advice}`, { cause })
  }
}

type Chain = readonly [X509Certificate, ...X509Certificate[]]

function chainIn(text: string, file: string): Chain {
  const parts = certificatesIn(text)
  const [certificate, ...issuers] = parts.flatMap((part) => parseCertificate(part) ?? [])
  const begun = text.match(/-----BEGIN CERTIFICATE-----/g)?.length ?? 0
  if (certificate && issuers.length + 1 === begun) return [certificate, ...issuers]
  throw new ProvidedError(
    begun === 0
      ? `${file} holds no certificate: it has to be in PEM, text that begins with -----BEGIN CERTIFICATE-----`
      : `${file} is damaged or not complete: copy it anew`,
  )
}

function privateKeyIn(text: string, file: string): KeyObject {
  const key = parseKey(keyIn(text) ?? '')
  if (key) return key
  if (/-----BEGIN ENCRYPTED PRIVATE KEY-----|Proc-Type: 4,ENCRYPTED/.test(text)) {
    throw new ProvidedError(
      `the key in ${file} is locked by a password: unlock it (openssl pkey -in locked.pem -out privkey.pem)`,
    )
  }
  throw new ProvidedError(
    /-----BEGIN .*PRIVATE KEY-----/.test(text)
      ? `${file} is damaged or not complete: copy it anew`
      : `${file} holds no private key: it has to be in PEM, text with -----BEGIN PRIVATE KEY-----`,
  )
}

function checkKey(chain: Chain, key: KeyObject, certificateFile: string, keyFile: string): void {
  const [certificate, ...others] = chain
  if (certificate.checkPrivateKey(key)) return
  throw new ProvidedError(
    others.some((other) => other.checkPrivateKey(key))
      ? `${certificateFile} is in the wrong order: put the certificate of the box first, then the one that issued it, and so on`
      : `the key in ${keyFile} is not that of the certificate in ${certificateFile}: use the two that were made together`,
  )
}

function outOfTime(
  { validFromDate, validToDate }: X509Certificate,
  file: string,
  wallTime: number,
): string | undefined {
  const now = `by the clock of this machine it is ${dayOf(new Date(wallTime))}`
  if (validToDate.getTime() <= wallTime) {
    return `the certificate in ${file} ended on ${dayOf(validToDate)}: put a new one there (${now})`
  }
  if (validFromDate.getTime() > wallTime) {
    return `the certificate in ${file} begins on ${dayOf(validFromDate)}: set the clock, or use another one (${now})`
  }
  return undefined
}

function checkOrder(chain: Chain, file: string): void {
  const [first, ...rest] = chain
  let before = first
  for (const issuer of rest) {
    if (!isIssuedBy(before, issuer)) {
      throw new ProvidedError(
        `the chain in ${file} does not fit together: after the certificate of the box comes the one that issued it, and so on`,
      )
    }
    before = issuer
  }
}

function dayOf(date: Date): string {
  return date.toISOString().slice(0, 10)
}
