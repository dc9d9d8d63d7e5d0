import { randomFillSync } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { type HttpAnswer, HttpSocket } from '../http-socket.ts'
import { forgetPeaks, usageOf } from '../process-usage.ts'
import { type Figure, less, more, type Scenario } from '../scenario.ts'
import { sessionIdOf } from '../session-client.ts'
import type { Target } from '../target.ts'

const BYTES_PER_MB = 1e6
/** Before each measurement, for what the one before has left to do. */
const PAUSE_MS = 100

/** So many files of a size, so many at a time. */
interface Batch {
  readonly name: string
  readonly bytes: number
  readonly count: number
  readonly atOnce: number
}

const FULL: readonly Batch[] = [
  { name: '1MB', bytes: 1 * BYTES_PER_MB, count: 200, atOnce: 4 },
  { name: '100MB', bytes: 100 * BYTES_PER_MB, count: 4, atOnce: 1 },
]
const QUICK: readonly Batch[] = [
  { name: '1MB', bytes: 1 * BYTES_PER_MB, count: 30, atOnce: 4 },
  { name: '100MB', bytes: 100 * BYTES_PER_MB, count: 1, atOnce: 1 },
]

/** What a batch came to, one way. */
interface Transfer {
  readonly mbPerSecond: number
  readonly cpuSecondsPerGB: number
  readonly memoryMB: number
  /** what went wrong, in words */
  readonly failures: readonly string[]
}

export const files: Scenario = {
  name: 'F',
  about: 'uploads and downloads, through Node',
  part: 'files',
  isQuick: false,
  async run(target, isFull) {
    const transfers = new Map<string, Transfer>()
    for (const batch of isFull ? FULL : QUICK) {
      const body = randomFillSync(Buffer.allocUnsafe(batch.bytes))
      transfers.set(`PUT.${batch.name}`, await transfer(target, 'PUT', batch, body))
      transfers.set(`GET.${batch.name}`, await transfer(target, 'GET', batch))
    }
    return {
      figures: Array.from(transfers, ([key, result]) => figures(key, result)).flat(),
      troubles: [...transfers.values()].flatMap(({ failures }) => failures),
      gaps: undefined,
      othersCores: [],
      details: Object.fromEntries(transfers),
    }
  },
}

async function transfer(
  target: Target,
  method: 'GET' | 'PUT',
  batch: Batch,
  body?: Buffer,
): Promise<Transfer> {
  const pids = target.pids()
  await delay(PAUSE_MS)
  forgetPeaks(pids)
  const before = usageOf(pids)
  const startedAt = performance.now()
  const paths = Array.from({ length: batch.count }, (_, index) => filePath(target, batch, index))
  const answers = new Map<string, HttpAnswer>()
  const lanes = Array.from({ length: batch.atOnce }, async () => {
    const socket = await HttpSocket.open(target.port)
    for (let path = paths.pop(); path !== undefined; path = paths.pop()) {
      answers.set(path, await socket.request(method, path, body))
    }
    socket.close()
  })
  await Promise.all(lanes)
  const seconds = (performance.now() - startedAt) / 1000
  const after = usageOf(pids)
  const megabytes = (batch.bytes * batch.count) / BYTES_PER_MB
  return {
    mbPerSecond: megabytes / seconds,
    cpuSecondsPerGB: ((after.cpuSeconds - before.cpuSeconds) / megabytes) * 1000,
    memoryMB: (after.peakBytes - before.residentBytes) / BYTES_PER_MB,
    failures: Array.from(answers, ([path, { status, bytes }]) => {
      const isWhole = method === 'PUT' || bytes === batch.bytes
      return status < 300 && isWhole ? [] : [`${method} ${path}: ${status}, ${bytes} bytes`]
    }).flat(),
  }
}

/** A snapshot's path, as a client would make it. */
function filePath({ filesPath }: Target, { name }: Batch, index: number): string {
  if (filesPath === undefined) throw new Error('the server has no files')
  const id = sessionIdOf(`files of ${name}`)
  return `${filesPath}/snapshots/${id}/${String(index).padStart(10, '0')}_${index}-${id}.snap`
}

function figures(key: string, { mbPerSecond, cpuSecondsPerGB, memoryMB }: Transfer): Figure[] {
  const what = key.replace('.', ' ').replace('MB', ' MB')
  return [
    more(`F.${key}.rate`, what, 'MB/s', mbPerSecond),
    less(`F.${key}.cpu`, what, 's CPU per GB', cpuSecondsPerGB, 0.05),
    less(`F.${key}.memory`, what, 'MB more memory', memoryMB, 4),
  ]
}
