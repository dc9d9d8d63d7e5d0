// Tries to break the box with what nobody should send. 20 s with the same inputs each time; by hand longer and
// with others: `FUZZ_MINUTES=10`, which prints the seed for `FUZZ_SEED`.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseFilePath } from '../../src/files/file-path.ts'
import { poll } from '../crash/poll.ts'
import { filesBelow } from '../crash/uploads.ts'
import { startBox, type TestBox } from '../support/start-box.ts'
import { ArchiveFuzz } from './archive-fuzz.ts'
import { ConnectionFuzz } from './connection-fuzz.ts'
import { fuzzDecode } from './decode-fuzz.ts'
import { FileRouteFuzz } from './file-route-fuzz.ts'
import { type FuzzPlan, fuzzPlan, tryFor } from './fuzz-run.ts'
import { QuietSession } from './quiet-session.ts'
import { RequestFuzz } from './request-fuzz.ts'

const LANES = 8
/** Shares of the time. */
const SHARES = { connection: 0.4, requests: 0.25, routes: 0.1, archive: 0.15, decode: 0.1 }
/** For what is under way when time is up (ms). */
const OVERTIME_MS = 30_000
/** What the heap may have more of than before: compiled code, what the test itself keeps… */
const MEMORY_BYTES = 30_000_000
/** …and for each byte of history of a session that runs on, since one of its users asked for it. */
const BYTES_PER_BYTE = 3

const plan = fuzzPlan(process.env)
let box: TestBox
let quiet: QuietSession
let heapBefore: number

beforeAll(async () => {
  tell(`FUZZ_SEED=${plan.seed} for ${plan.seconds} s`)
  box = await startBox({
    // What misbehaves is a line each at lower levels: they would be all that memory is full of.
    BOX_LOG_LEVEL: 'error',
    BOX_MAX_UPLOAD_MB: '1',
    BOX_UPLOADS_PER_MINUTE: '1000000',
    BOX_UPLOAD_MB_PER_MINUTE: '100000',
  })
  quiet = await QuietSession.join(`ws://127.0.0.1:${box.port}/reflector`)
  heapBefore = heapBytes()
})

afterAll(async () => {
  await quiet?.leave()
  await box?.stop()
})

test(
  'no frame, and no web socket, breaks a connection for others',
  limits('connection'),
  async () => {
    const fuzz = new ConnectionFuzz(box.port, plan.seed)
    tell(`connections: ${await run('connection', LANES, (random) => fuzz.attempt(random))}`)
    expectNoErrors()
  },
)

test('no request, whatever its bytes, breaks anything', limits('requests'), async () => {
  const fuzz = new RequestFuzz(box.port)
  tell(`requests: ${await run('requests', LANES, (random) => fuzz.attempt(random))}`)
  expectNoErrors()
  await poll('what was cut off is gone', OVERTIME_MS, () => {
    return filesBelow(box.filesDir, 'incoming').length === 0
  })
  expect(filesBelow(box.filesDir, 'uploads').filter((path) => !parseFilePath(path))).toEqual([])
})

test('the routes of files answer whatever is asked of them', limits('routes'), async () => {
  const fuzz = await FileRouteFuzz.open()
  try {
    tell(`routes: ${await run('routes', 1, (random) => fuzz.attempt(random))}`)
  } finally {
    await fuzz.close()
  }
})

test('a backup is taken as it was made, or refused in words', limits('archive'), async () => {
  const fuzz = await ArchiveFuzz.open()
  try {
    tell(`archives: ${await run('archive', 1, (random) => fuzz.attempt(random))}`)
  } finally {
    await fuzz.close()
  }
})

test('a frame is decoded, or refused with a code', limits('decode'), async () => {
  tell(`frames: ${await run('decode', 1, fuzzDecode)}`)
})

test(
  'nobody in another session noticed, and memory is back to where it was',
  limits(),
  async () => {
    expect(quiet.sent).toBeGreaterThan(plan.seconds)
    await quiet.check()
    const metrics = await (await fetch(`${box.url}/metrics`)).text()
    const historyBytes = Number(/^reflector_history_bytes (\d+)$/m.exec(metrics)?.[1])
    const most = heapBefore + MEMORY_BYTES + BYTES_PER_BYTE * historyBytes
    const isFree = () => heapBytes() < most
    await poll('memory is free again', OVERTIME_MS / 2, isFree).finally(() => {
      const grown = heapBytes() - heapBefore
      tell(`heap: ${megabytes(grown)} MB more, ${megabytes(historyBytes)} MB of history`)
    })
  },
)

function limits(share?: keyof typeof SHARES): { timeout: number } {
  const seconds = share === undefined ? 0 : plan.seconds * SHARES[share]
  return { timeout: seconds * 1000 + OVERTIME_MS }
}

function run(
  share: keyof typeof SHARES,
  lanes: number,
  attempt: Parameters<typeof tryFor>[2],
): Promise<number> {
  const part: FuzzPlan = { ...plan, seconds: plan.seconds * SHARES[share] }
  return tryFor(part, lanes, attempt)
}

function expectNoErrors(): void {
  expect(box.logLines).toEqual([])
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1)
}

/** After all garbage was collected. */
function heapBytes(): number {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

/** Whoever runs it wants to know, well or not. */
function tell(what: string): void {
  // biome-ignore lint/suspicious/noConsole: vitest shows it
  console.info(what)
}
