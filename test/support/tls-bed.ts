import { X509Certificate } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { KeyPair } from '../../src/tls/issuer.ts'
import type { TlsOptions } from '../../src/tls/options.ts'
import { namesOf } from '../../src/tls/pem.ts'
import { makeCertificate, type SampleCertificate, validityAround } from './certificate.ts'
import { ManualClock } from './manual-clock.ts'

const START = Date.UTC(2027, 2, 1)

/** What was logged: the level, then the fields and the text. */
export interface LogEntry extends Record<string, unknown> {
  readonly level: string
  readonly event: string
  readonly text: string
}

/** A folder for TLS to be opened in, and time that is moved by hand. */
export class TlsBed {
  readonly dir: string
  readonly clock = new ManualClock()
  readonly logged: LogEntry[] = []
  /** how far the clock on the wall is off (ms) */
  clockError = 0

  private constructor(dir: string) {
    this.dir = dir
  }

  static async open(): Promise<TlsBed> {
    return new TlsBed(await mkdtemp(join(tmpdir(), 'box-tls-')))
  }

  options(some: Partial<TlsOptions> = {}): TlsOptions {
    const log = (level: string) => (fields: object, text: string) =>
      void this.logged.push({ event: '', ...fields, level, text })
    return {
      mode: 'local-ca',
      hostnames: [],
      ownHosts: () => [],
      authorityDir: join(this.dir, 'ca'),
      certificateDir: join(this.dir, 'tls'),
      certificateFile: join(this.dir, 'fullchain.pem'),
      keyFile: join(this.dir, 'privkey.pem'),
      clock: { wallTime: () => this.wallTime() },
      timers: this.clock,
      log: { notice: log('notice'), warn: log('warn'), error: log('error') },
      ...some,
    }
  }

  wallTime(): number {
    return START + this.clock.elapsed + this.clockError
  }

  advance(ms: number): void {
    this.clock.advanceTo(this.clock.elapsed + ms)
  }

  path(name: string): string {
    return join(this.dir, name)
  }

  /** What nginx would show. */
  async certificate(): Promise<X509Certificate> {
    return new X509Certificate(await readFile(this.path('tls/box.pem')))
  }

  async names(): Promise<readonly string[]> {
    return namesOf(await this.certificate())
  }

  /** Of what was logged, this event's. */
  events(event: string): readonly LogEntry[] {
    return this.logged.filter((entry) => entry.event === event)
  }

  /** A certificate as an owner may have it, good for so many days from now on. */
  makeProvided(days = 90, hosts: readonly string[] = ['box.local']): Promise<SampleCertificate> {
    return makeCertificate(hosts, validityAround(this.wallTime(), days))
  }

  async provide({ certificate, key }: KeyPair): Promise<void> {
    await writeFile(this.path('fullchain.pem'), certificate)
    await writeFile(this.path('privkey.pem'), key)
  }

  close(): Promise<void> {
    return rm(this.dir, { recursive: true })
  }
}
