import { CertificateFolder } from './certificate-folder.ts'
import { EndWarning } from './end-warning.ts'
import { LOOK_EVERY_MS, type TlsOptions } from './options.ts'
import type { Cancel, RunningTls } from './ports.ts'
import {
  checkProvided,
  type ProvidedCertificate,
  ProvidedError,
  readProvided,
} from './provided-certificate.ts'
import { isFromPublicAuthority } from './public-authorities.ts'

const WARN_DAYS = 14
const CERTIFICATE_ENDS =
  'the certificate of the box ends, or has ended: put a new one, with its key, in the place of the files'

/** TLS with a certificate that the owner of the box provides, and may replace at any time. */
export class ProvidedTls implements RunningTls {
  readonly mode = 'provided'
  readonly authority = undefined
  readonly #options: TlsOptions
  readonly #folder: CertificateFolder
  readonly #endWarning: EndWarning
  #present: ProvidedCertificate
  #isPublic = false
  /** what the files had when they were last looked at, or what was wrong with that */
  #seen: string
  #cancel: Cancel = () => {}
  #looking: Promise<void> = Promise.resolve()

  private constructor(options: TlsOptions, first: ProvidedCertificate, seen: string) {
    this.#options = options
    this.#folder = new CertificateFolder(options.certificateDir)
    this.#endWarning = new EndWarning(options.clock, options.log, WARN_DAYS)
    this.#present = first
    this.#seen = seen
  }

  /**
   * A certificate that has ended, or begins later, is better than no box: the clock of this machine may be wrong, and people
   * can pass the warning of their browsers.
   * @throws {Error} with a sentence for the person who starts the box
   */
  static async open(options: TlsOptions): Promise<ProvidedTls> {
    const texts = await readProvided(options)
    const first = checkProvided(texts, options, options.clock.wallTime())
    const tls = new ProvidedTls(options, first, texts.join())
    await tls.#take(first)
    if (first.outOfTime !== undefined) {
      const fields = {
        scope: 'process',
        event: 'certificate-out-of-time',
        problem: first.outOfTime,
      }
      options.log.error(fields, 'browsers warn of the certificate that was provided')
    }
    tls.#warnOfEnd()
    tls.#cancel = options.timers.every(LOOK_EVERY_MS, () => tls.#lookSoon())
    return tls
  }

  names(): readonly string[] {
    return this.#present.names
  }

  noteHost(): void {}

  isPublic(): boolean {
    return this.#isPublic
  }

  async close(): Promise<void> {
    this.#cancel()
    await this.#looking
  }

  #lookSoon(): void {
    this.#looking = this.#looking.then(() => this.#look())
    this.#warnOfEnd()
  }

  /** Takes over what is new in the files, or says once what is wrong with it. */
  async #look(): Promise<void> {
    const { clock, log } = this.#options
    try {
      const texts = await readProvided(this.#options)
      if (texts.join() === this.#seen) return
      const next = checkProvided(texts, this.#options, clock.wallTime())
      if (next.outOfTime !== undefined) throw new ProvidedError(next.outOfTime)
      await this.#take(next)
      this.#seen = texts.join()
    } catch (err) {
      const { message } = err as Error
      if (message === this.#seen) return
      this.#seen = message
      const fields = { scope: 'process', event: 'certificate-refused', problem: message }
      log.error(
        fields,
        'the certificate in the files cannot be taken over: the box keeps the one it has',
      )
    }
  }

  async #take(next: ProvidedCertificate): Promise<void> {
    await this.#folder.write(next.pem)
    this.#present = next
    this.#isPublic = isFromPublicAuthority(next.chain)
    const { names, notAfter } = next
    const fields = { scope: 'process', event: 'certificate-taken', names, notAfter }
    this.#options.log.notice(fields, 'took over the certificate that was provided')
  }

  #warnOfEnd(): void {
    this.#endWarning.look('certificate-ends', this.#present.notAfter, CERTIFICATE_ENDS)
  }
}
