import type { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { hostOf } from './address.ts'
import { type Finding, ok, problem, warning } from './finding.ts'
import type { Shown, Trust } from './handshake.ts'

const DAY_MS = 86_400_000
/** Whoever has to get another certificate is told so long before (days). */
const WARN_DAYS = 14

/** An address that is come to by https, and where devices are told to trust the box. */
export interface SecureAddress {
  readonly url: URL
  readonly trustPage: string
}

/** @param wallTime ms since 1970 */
export function findingsOfCertificate(
  shown: Shown,
  address: SecureAddress,
  wallTime: number,
): Finding[] {
  if (shown.tag === 'failed') return [noHandshake(shown.reason)]
  const { chain, trust } = shown
  const [leaf] = chain
  if (!leaf) return [noHandshake('no certificate was shown')]
  return [nameOf(leaf, address.url), timeOf(leaf, wallTime), trustOf(leaf, chain, trust, address)]
}

function noHandshake(reason: string): Finding {
  return problem(
    'certificate',
    `no connection by https: ${reason}`,
    'Either the port is one for http, or there is no certificate with its key behind it. With Docker `docker compose logs box nginx` says which.',
  )
}

function nameOf(leaf: X509Certificate, url: URL): Finding {
  const host = hostOf(url)
  const isFor = isIP(host) > 0 ? leaf.checkIP(host) : leaf.checkHost(host, { subject: 'never' })
  if (isFor) return ok('certificate-name', `the certificate is for ${host}`)
  return problem(
    'certificate-name',
    `the certificate is for ${namesIn(leaf)}, not for ${host}: browsers warn, and apps do not connect`,
    `Use an address that it is for, add ${host} to BOX_HOSTNAMES if the box makes its certificates itself, or get one for ${host}.`,
  )
}

function timeOf({ validFromDate, validToDate }: X509Certificate, wallTime: number): Finding {
  const [from, to] = [dateOf(validFromDate), dateOf(validToDate)]
  const days = Math.floor((validToDate.getTime() - wallTime) / DAY_MS)
  const renew =
    'Get a new one, and see why the old one was not replaced in time. One that the box or nginx makes itself is replaced at a start: `docker compose restart`.'
  if (validFromDate.getTime() > wallTime) {
    return problem(
      'certificate-time',
      `the certificate is not good before ${from}`,
      'Set the clock of this machine, if it is wrong; if it was wrong when the certificate was made, have another one made.',
    )
  }
  if (validToDate.getTime() <= wallTime) {
    return problem('certificate-time', `the certificate ended on ${to}: browsers refuse it`, renew)
  }
  if (days < WARN_DAYS) {
    return warning(
      'certificate-time',
      `the certificate ends on ${to}, in ${counted(days, 'day')}`,
      renew,
    )
  }
  return ok('certificate-time', `the certificate is good until ${to}, for ${counted(days, 'day')}`)
}

function trustOf(
  leaf: X509Certificate,
  chain: readonly X509Certificate[],
  trust: Trust,
  { trustPage }: SecureAddress,
): Finding {
  const issuer = nameIn(leaf.issuer)
  switch (trust) {
    case 'everybody':
      return ok('certificate-trust', `it is from ${issuer}, which all devices trust`)
    case 'machine':
      return warning(
        'certificate-trust',
        `it is from ${issuer}, which this machine trusts, and other devices only if they were told to`,
        'Have the same authority put on all devices, as was done here.',
      )
    case 'box':
      return ok(
        'certificate-trust',
        'it is from the authority of this box: browsers on devices that have not been told to trust it warn',
        `On each of them, open ${trustPage} once.`,
      )
    case 'nobody':
      return untrusted(leaf, chain, issuer)
  }
}

function untrusted(
  leaf: X509Certificate,
  chain: readonly X509Certificate[],
  issuer: string,
): Finding {
  if (leaf.checkIssued(leaf)) {
    return warning(
      'certificate-trust',
      'it is self-signed, and nobody trusts it: browsers warn, and some phones refuse web sockets',
      'Use http for now, or have the box make certificates that devices can be told to trust: BOX_TLS=local-ca.',
    )
  }
  const knowsIssuer = leaf.infoAccess?.includes('CA Issuers') ?? false
  if (chain.length === 1 && knowsIssuer) {
    return problem(
      'certificate-trust',
      `it is from ${issuer}, whose own certificate is not sent with it: some devices trust it, others do not`,
      'Have the chain sent as well: in place of `cert.pem` use `fullchain.pem`, the certificate first and those of the authority behind it.',
    )
  }
  return warning(
    'certificate-trust',
    `it is from ${issuer}, which this machine does not know: browsers warn, unless they were told to trust it`,
    'If that is an authority of yours, have its certificate put on all devices. If it is one that all should know, send its chain (`fullchain.pem`).',
  )
}

/** @returns e.g. `localhost, 127.0.0.1` */
function namesIn({ subjectAltName = '' }: X509Certificate): string {
  const names = subjectAltName.split(', ').map((name) => name.replace(/^(DNS|IP Address):/, ''))
  return names.filter((name) => name !== '').join(', ') || 'no name'
}

/** What people call it: the organisation, else the common name. @param subject a line for each part */
function nameIn(subject: string): string {
  const partOf = (key: string) => new RegExp(`^${key}=(.*)$`, 'm').exec(subject)?.[1]
  return partOf('O') ?? partOf('CN') ?? 'somebody without a name'
}

function dateOf(date: Date): string {
  return date.toISOString().slice(0, 10)
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
