import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { WebSocket } from 'ws'

const USAGE = `Checks a running box from where you are, as apps use it: pages, web sockets, files.

usage: node scripts/check-box.ts [--insecure] [--megabytes N] URL

  URL            the box's address, e.g. https://192.168.1.20/ or http://localhost:8888/
  --insecure     accept any certificate, a self-signed one above all
  --megabytes N  size of the upload, at least and by default 1; the file stays in the box, the same one each time

Exit code 0 if all is well, 1 if something is not, 2 for wrong usage.`

/** How long any one answer is waited for (ms). */
const WAIT_MS = 15_000
/** A late joiner asks so often, so far apart (ms). */
const SYNC_TRIES = 50
const SYNC_PAUSE_MS = 100
const BYTES_PER_MB = 1_000_000

interface Frame {
  readonly action: string
  readonly args: unknown
}

interface Sync {
  readonly timeline: string
  readonly url: string
}

/** A box as one of its addresses shows it, and the session of this run in it. */
interface Target {
  /** with a slash at its end */
  readonly url: string
  readonly sessionId: string
  readonly upload: Buffer
}

/** Resolves with what was seen, in a few words; rejects with what is wrong. */
type Check = (target: Target) => Promise<string>

const CHECKS: Readonly<Record<string, Check>> = {
  health: checkHealth,
  page: checkPage,
  'web socket': checkWebSocket,
  upload: checkUpload,
  download: checkDownload,
  range: checkRange,
  'late joiner': checkLateJoiner,
}

async function main(): Promise<number> {
  const target = readTarget()
  if (!target) return 2
  let exitCode = 0
  for (const [name, check] of Object.entries(CHECKS)) {
    const start = performance.now()
    try {
      const seen = await check(target)
      console.log(`ok    ${name}: ${seen} (${Math.round(performance.now() - start)} ms)`)
    } catch (error) {
      console.log(`FAIL  ${name}: ${reasonOf(error)}`)
      exitCode = 1
    }
  }
  return exitCode
}

function readTarget(): Target | undefined {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { insecure: { type: 'boolean' }, megabytes: { type: 'string', default: '1' } },
    })
    const [address = '', ...rest] = positionals
    const { protocol, origin, pathname } = new URL(address)
    const megabytes = Number(values.megabytes)
    const isWrong = !/^https?:$/.test(protocol) || rest.length > 0 || !(megabytes >= 1)
    if (isWrong) throw new Error('not an address and a size')
    // Node's fetch has no switch of its own for it.
    if (values.insecure) process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'
    const upload = Buffer.alloc(
      megabytes * BYTES_PER_MB,
      'croquet in a box: a file that checks it\n',
    )
    return { url: `${origin}${pathname.replace(/\/*$/, '/')}`, sessionId: randomName(), upload }
  } catch (error) {
    console.error(`${reasonOf(error)}\n\n${USAGE}`)
    return undefined
  }
}

async function checkHealth({ url }: Target): Promise<string> {
  const response = await request(`${url}healthz`)
  expectEqual(await response.text(), 'ok', 'the answer')
  return 'the box answers'
}

async function checkPage({ url }: Target): Promise<string> {
  const response = await request(url)
  const type = response.headers.get('content-type') ?? 'no type'
  if (!type.startsWith('text/html')) throw new Error(`${url} is ${type}, no page`)
  return `a page of ${(await response.arrayBuffer()).byteLength} bytes`
}

async function checkWebSocket(target: Target): Promise<string> {
  const [sender, receiver] = [new Client(target), new Client(target)]
  try {
    const [mine, yours] = [await sender.join(), await receiver.join()]
    expectEqual(yours.timeline, mine.timeline, "the second client's timeline")
    sender.send('SEND', [0, 0, 'hello', 0])
    const [time, , payload] = (await receiver.next('RECV', isHello)) as unknown[]
    expectEqual(payload, 'hello', 'the message')
    return `two clients joined, a message arrived at teatime ${time}`
  } finally {
    sender.close()
    receiver.close()
  }
}

async function checkUpload(target: Target): Promise<string> {
  const body = new Uint8Array(target.upload)
  const { status } = await request(uploadUrl(target), { method: 'PUT', body })
  return `${body.length} bytes ${status === 201 ? 'stored' : 'taken, and there already'}`
}

async function checkDownload(target: Target): Promise<string> {
  const response = await request(uploadUrl(target))
  const bytes = Buffer.from(await response.arrayBuffer())
  if (!bytes.equals(target.upload)) throw new Error('other bytes came back than were uploaded')
  return `${bytes.length} bytes, the same`
}

async function checkRange(target: Target): Promise<string> {
  const response = await request(uploadUrl(target), { headers: { range: 'bytes=1000-1999' } })
  expectEqual(response.status, 206, 'the status')
  const bytes = Buffer.from(await response.arrayBuffer())
  if (!bytes.equals(target.upload.subarray(1000, 2000))) throw new Error('other bytes came back')
  return 'a part of the file'
}

/** A snapshot is uploaded and announced; who joins then has to be told a URL that works for them. */
async function checkLateJoiner(target: Target): Promise<string> {
  const [first, late] = [new Client(target), new Client(target)]
  try {
    await first.join()
    first.send('SEND', [0, 0, 'hello', 0])
    const [time, seq] = (await first.next('RECV', isHello)) as [number, number]
    const [stamp, hash] = [`${String(time).padStart(10, '0')}_${seq}`, randomName()]
    const url = `${target.url}files/snapshots/${target.sessionId}/${stamp}-${hash}.snap`
    await request(url, { method: 'PUT', body: 'snapshot' })
    first.send('SNAP', { time, seq, hash, url })
    const told = await syncUrl(late)
    expectEqual(told, url, "the snapshot's URL in SYNC")
    expectEqual(await (await request(told)).text(), 'snapshot', 'the file there')
    return `SYNC names ${told}`
  } finally {
    first.close()
    late.close()
  }
}

/** The box looks for a snapshot's file before it names it: until then a SYNC has no URL. */
async function syncUrl(client: Client): Promise<string> {
  for (let tries = 0; tries < SYNC_TRIES; tries += 1) {
    const { url } = await client.join()
    if (url !== '') return url
    await delay(SYNC_PAUSE_MS)
  }
  throw new Error('SYNC names no snapshot, though one was uploaded and announced')
}

/** A web socket of the session that remembers what it heard. */
class Client {
  readonly #sessionId: string
  readonly #socket: WebSocket
  readonly #opened: Promise<unknown>
  readonly #ended: Promise<never>
  readonly #frames: Frame[] = []

  constructor({ url, sessionId }: Target) {
    this.#sessionId = sessionId
    this.#socket = new WebSocket(`${url.replace(/^http/, 'ws')}reflector/${sessionId}`)
    this.#socket.on('message', (data) => this.#frames.push(JSON.parse(String(data))))
    this.#opened = once(this.#socket, 'open', { signal: AbortSignal.timeout(WAIT_MS) })
    this.#ended = once(this.#socket, 'close').then(([code, reason]) => {
      throw new Error(`the web socket was closed with ${code} ${reason}`)
    })
    for (const promise of [this.#opened, this.#ended]) promise.catch(() => {})
  }

  /** Sends JOIN, for the first time or again; resolves with what SYNC says. */
  async join(): Promise<Sync> {
    await this.#opened
    const user = [randomName().slice(0, 8)]
    this.send('JOIN', { version: 1, apiKey: 'none', name: 'check-box', url: '', user })
    return (await this.next('SYNC')) as Sync
  }

  send(action: string, args: unknown): void {
    this.#socket.send(JSON.stringify({ id: this.#sessionId, action, args }))
  }

  /** The args of the first such frame, come or yet to come, that was not asked for before. */
  async next(action: string, matches = (_args: unknown) => true): Promise<unknown> {
    const signal = AbortSignal.timeout(WAIT_MS)
    for (;;) {
      const index = this.#frames.findIndex(
        (frame) => frame.action === action && matches(frame.args),
      )
      const [frame] = index < 0 ? [] : this.#frames.splice(index, 1)
      if (frame) return frame.args
      await Promise.race([once(this.#socket, 'message', { signal }), this.#ended])
    }
  }

  close(): void {
    this.#socket.close()
  }
}

async function request(url: string, init: RequestInit = {}): Promise<Response> {
  const signal = AbortSignal.timeout(WAIT_MS)
  const response = await fetch(url, { ...init, signal })
  if (response.ok) return response
  const text = (await response.text()).slice(0, 200)
  throw new Error(`${init.method ?? 'GET'} ${url}: ${response.status} ${text}`)
}

/** The bytes are the same in every run, and so is their hash, by which the box knows them. */
function uploadUrl({ url, upload }: Target): string {
  return `${url}files/apps/box.check/${hashOf('check-box')}/data/${hashOf(upload)}`
}

function hashOf(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('base64url')
}

/** 43 characters, as session ids and hashes have. */
function randomName(): string {
  return randomBytes(32).toString('base64url')
}

function isHello(args: unknown): boolean {
  return Array.isArray(args) && args[2] === 'hello'
}

function expectEqual(actual: unknown, expected: unknown, what: string): void {
  if (actual !== expected) throw new Error(`${what} is "${actual}", not "${expected}"`)
}

/** Node hides the reason of a failed connection behind others. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return reasonOf(error.errors[0])
  if (!(error instanceof Error)) return String(error)
  return error.cause === undefined ? error.message : `${error.message}: ${reasonOf(error.cause)}`
}

process.exitCode = await main()
