import { isIP } from 'node:net'
import { join } from 'node:path'
import {
  type Authority,
  type AuthorityParts,
  describeAuthority,
  openAuthority,
  wideEnough,
} from './authority.ts'
import { CertificateFolder } from './certificate-folder.ts'
import { type Constraints, constraintsWith, permits } from './constraints.ts'
import { EndWarning } from './end-warning.ts'
import { hostOf, isCovered } from './host.ts'
import { LearnedHosts } from './learned-hosts.ts'
import { LOOK_EVERY_MS, type TlsOptions } from './options.ts'
import { certificatesIn, isIssuedBy, keyIn, namesOf, parseCertificate, parseKey } from './pem.ts'
import type { Cancel, LocalAuthority, RunningTls } from './ports.ts'
import { isFresh, validityOfCertificate } from './validity.ts'

const HOSTS_NAME = 'hosts.json'
const ALWAYS = ['localhost', '127.0.0.1', '::1']
/** Of this machine's IPv6 addresses, so many are in the certificate at a time. */
const MOST_OWN_IPV6 = 8
/** Who comes by a new host mostly does so again, with all that a page is made of (ms). */
const ISSUE_AFTER_MS = 1000
/** Telling every device anew takes a while. */
const WARN_DAYS = 180
/** Not by itself: by a clock that is wrong, one that every device trusts would be lost. */
const AUTHORITY_ENDS =
  'the certificate authority of the box ends, or has ended: move its file away and start the box again for a new one, which every device has to be told to trust'

/** TLS with an authority of the box's own, whose certificate is for whatever hosts people use. */
export class LocalTls implements RunningTls {
  readonly mode = 'local-ca'
  readonly #options: TlsOptions
  readonly #folder: CertificateFolder
  readonly #learned: LearnedHosts
  readonly #constraints: Constraints
  /** those that are not learned */
  readonly #fixed: ReadonlySet<string>
  /** this machine's IPv6 addresses now: where a provider gives the network another prefix, all are new ones */
  #ownIpv6: readonly string[] = []
  readonly #endWarning: EndWarning
  #authority: Authority
  #names: readonly string[] = []
  readonly #cancels: Cancel[] = []
  #cancelIssue: Cancel | undefined
  /** one look at a time */
  #looking: Promise<void> = Promise.resolve()
  #hasFailed = false

  private constructor(options: TlsOptions, authority: Authority, learned: LearnedHosts) {
    this.#options = options
    this.#folder = new CertificateFolder(options.certificateDir)
    this.#authority = authority
    this.#learned = learned
    this.#constraints = constraintsWith(options.hostnames)
    this.#fixed = new Set([...ALWAYS, ...options.hostnames])
    this.#endWarning = new EndWarning(options.clock, options.log, WARN_DAYS)
  }

  /**
   * Resolves when there is a certificate.
   * @throws {Error} with a sentence for the person who starts the box
   */
  static async open(options: TlsOptions): Promise<LocalTls> {
    const authority = await openAuthority(authorityParts(options))
    const constraints = constraintsWith(options.hostnames)
    const path = join(options.authorityDir, HOSTS_NAME)
    const learned = await LearnedHosts.open(path, (host) => permits(constraints, host))
    const tls = new LocalTls(options, authority, learned)
    await tls.#look()
    tls.#cancels.push(options.timers.every(LOOK_EVERY_MS, () => tls.#endMinute()))
    return tls
  }

  get authority(): LocalAuthority {
    return describeAuthority(this.#authority)
  }

  names(): readonly string[] {
    return this.#names
  }

  noteHost(text: string): void {
    if (this.#fixed.has(text) || this.#learned.use(text)) return
    const host = hostOf(text)
    if (host === undefined || !this.#isNew(host) || !this.#learned.learn(host)) return
    this.#cancelIssue ??= this.#options.timers.after(ISSUE_AFTER_MS, () => {
      this.#cancelIssue = undefined
      this.#lookSoon()
    })
  }

  /** Each device has to be told to trust it. */
  isPublic(): boolean {
    return false
  }

  async close(): Promise<void> {
    for (const cancel of this.#cancels.splice(0)) cancel()
    this.#cancelIssue?.()
    await this.#looking
    await this.#learned.save()
  }

  #isNew(host: string): boolean {
    if (isCovered(host, this.#fixed) || this.#learned.use(host)) return false
    return !this.#ownIpv6.includes(host) && permits(this.#constraints, host)
  }

  #lookSoon(): void {
    this.#looking = this.#looking.then(async () => {
      try {
        await this.#look()
        this.#hasFailed = false
      } catch (err) {
        if (this.#hasFailed) return
        this.#hasFailed = true
        const fields = { scope: 'process', event: 'certificate-failed', err }
        this.#options.log.error(fields, 'no new certificate could be made: the box tries again')
      }
    })
  }

  #endMinute(): void {
    this.#learned.endMinute()
    this.#endWarning.look('authority-ends', this.authority.notAfter, AUTHORITY_ENDS)
    this.#lookSoon()
  }

  /** Makes a new certificate if there is a reason to. */
  async #look(): Promise<void> {
    const own = this.#options.ownHosts().flatMap((text) => hostOf(text) ?? [])
    for (const host of own.filter((each) => isIP(each) !== 6)) {
      // One that this machine had yesterday it may have again.
      if (this.#isNew(host)) this.#learned.add(host)
    }
    // An IPv6 address that is gone seldom comes back. If these were learned, they would drive out all else.
    const mayVouch = (host: string) => isIP(host) === 6 && permits(this.#constraints, host)
    this.#ownIpv6 = own.filter(mayVouch).slice(0, MOST_OWN_IPV6)
    const hosts = [...new Set([...this.#fixed, ...this.#learned.hosts, ...this.#ownIpv6])]
    const present = await this.#folder.read()
    const because = this.#reasonAgainst(present ?? '', hosts)
    if (because === undefined) this.#names = hosts
    else await this.#issue(hosts, because)
  }

  /** Why the present certificate will not do any more. @param pem as nginx has it */
  #reasonAgainst(pem: string, hosts: readonly string[]): string | undefined {
    const [text] = certificatesIn(pem)
    const certificate = text === undefined ? undefined : parseCertificate(text)
    const key = parseKey(keyIn(pem) ?? '')
    if (!certificate || !key || !certificate.checkPrivateKey(key)) return 'there is none'
    if (!isIssuedBy(certificate, this.#authority.x509)) return 'it is not from the authority'
    const names = new Set(namesOf(certificate))
    if (hosts.some((host) => !names.has(host))) return 'there are new names'
    if (names.size > hosts.length) return 'there are names that have gone'
    return isFresh(certificate, this.#options.clock.wallTime())
      ? undefined
      : 'it is not of the last 30 days'
  }

  async #issue(hosts: readonly string[], because: string): Promise<void> {
    const { clock, log } = this.#options
    this.#authority = await wideEnough(this.#authority, authorityParts(this.#options))
    const { issueCertificate } = await import('./issuer.ts')
    const validity = validityOfCertificate(clock.wallTime())
    const { certificate, key } = await issueCertificate(this.#authority.pair, hosts, validity)
    await this.#folder.write(`${certificate}\n${key}\n`)
    this.#names = hosts
    const fields = { scope: 'process', event: 'certificate-made', because, names: hosts }
    log.notice({ ...fields, notAfter: validity.notAfter }, 'made a certificate')
    await this.#learned.save()
  }
}

function authorityParts(options: TlsOptions): AuthorityParts {
  const { authorityDir: dir, hostnames, clock, log } = options
  return { dir, hostnames, clock, log }
}
