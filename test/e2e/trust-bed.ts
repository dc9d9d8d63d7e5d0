import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { authorityOf } from '../support/certificate.ts'
import { startNginx, type TestNginx } from '../support/nginx.ts'
import { findProgram } from '../support/programs.ts'
import { startBox, type TestBox } from '../support/start-box.ts'

const run = promisify(execFile)

/** A name of the box on its network. In the tests' browsers it leads to this machine. */
export const BOX_NAME = 'box.lan'

/** A box behind nginx with an authority of its own, and a home for a browser which knows nothing of that. */
export class TrustBed {
  readonly #dir: string
  readonly #nginx: TestNginx
  readonly #authorityFile: string
  readonly #box: TestBox

  private constructor(dir: string, nginx: TestNginx, authorityFile: string, box: TestBox) {
    this.#dir = dir
    this.#nginx = nginx
    this.#authorityFile = authorityFile
    this.#box = box
  }

  static async start(): Promise<TrustBed> {
    const dir = await mkdtemp(join(tmpdir(), 'trust-bed-'))
    // nginx reads the certificate as another user.
    await chmod(dir, 0o755)
    const boxPort = await freePort()
    const filesDir = join(dir, 'files')
    const certificateDir = join(dir, 'tls')
    const nginx = await startNginx(boxPort, { certificateDir })
    const box = await startBox({
      BOX_PORT: `${boxPort}`,
      BOX_URLS: `${nginx.httpUrl}/,${nginx.httpsUrl}/`,
      BOX_FILES_DIR: filesDir,
      BOX_TLS: 'local-ca',
      BOX_TLS_DIR: certificateDir,
      BOX_HOSTNAMES: `${BOX_NAME},192.168.1.20`,
    })
    const authorityFile = join(dir, 'authority.pem')
    await writeFile(authorityFile, await authorityOf(box))
    return new TrustBed(dir, nginx, authorityFile, box)
  }

  /** `http://box.lan:PORT` */
  get httpUrl(): string {
    return named(this.#nginx.httpUrl)
  }

  /** `https://box.lan:PORT` */
  get httpsUrl(): string {
    return named(this.#nginx.httpsUrl)
  }

  /** What the box knows of a place, once it has looked at it. */
  async factsOf(place: string): Promise<{ readonly secure: readonly string[] | null }> {
    const answer = await fetch(`${this.#box.url}/trust/place?next=${encodeURIComponent(place)}`)
    return (await answer.json()) as { readonly secure: readonly string[] | null }
  }

  /** An empty home for a browser, with a list of authorities that it trusts: none. */
  async makeHome(): Promise<string> {
    const home = await mkdtemp(join(this.#dir, 'home-'))
    await mkdir(listIn(home), { recursive: true })
    await certutil('-N', '-d', `sql:${listIn(home)}`, '--empty-password')
    return home
  }

  /** Does what the page says: puts the authority into the browser's list. */
  async trust(home: string): Promise<void> {
    await certutil(
      ...['-A', '-d', `sql:${listIn(home)}`, '-n', 'croquet-box', '-t', 'C,,'],
      ...['-i', this.#authorityFile],
    )
  }

  async stop(): Promise<void> {
    await this.#nginx.stop()
    await this.#box.stop()
    await rm(this.#dir, { recursive: true })
  }
}

/** Where Chromium looks on Linux. */
function listIn(home: string): string {
  return join(home, '.pki/nssdb')
}

function certutil(...args: readonly string[]) {
  const program = findProgram('certutil')
  if (!program) throw new Error('no certutil here: run node scripts/ensure-test-tools.ts')
  return run(program, args)
}

function named(url: string): string {
  return url.replace('127.0.0.1', BOX_NAME)
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
