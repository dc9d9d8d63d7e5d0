import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { BenchBox } from './box.ts'
import { freePort } from './free-port.ts'
import { describeMachine, expectDisk } from './machine.ts'
import { number, percent, table } from './markdown.ts'
import type { Bench, BenchOptions, Report } from './options.ts'
import { OutageClient } from './outage-client.ts'
import { Progress } from './progress.ts'
import { sessionIdOf } from './session-client.ts'
import { median, quantile, shareBelow } from './statistics.ts'

const SIGNALS = ['SIGKILL', 'SIGTERM'] as const
const SESSIONS = 10
const CLIENTS = 100
const ROUNDS = 5
/** Messages/s over all clients. */
const RATE = 100
/** Between two restarts (ms): who joined is announced meanwhile. */
const SETTLE_MS = 1500
/** What is aimed at, and what clients wait by default before they take their view down (ms). */
const LIMITS_MS = [700, 1000] as const

type Signal = (typeof SIGNALS)[number]

/** What all restarts with one signal came to. */
interface Restarts {
  /** of each client, from the close of its socket to SYNC (ms) */
  readonly absencesMs: number[]
  /** of each restart, from the signal to the end of the process (ms) */
  readonly endsMs: number[]
  /** rejoins that let a real client keep its view, if it was back in time */
  seamless: number
}

export const outage: Bench = {
  about: 'a restart as clients see it, after kill -9 and after SIGTERM',
  run: measure,
}

async function measure(options: BenchOptions): Promise<Report> {
  expectDisk(options.dir)
  const machine = describeMachine(options.dir)
  const { rounds = ROUNDS } = options
  const folder = mkdtempSync(join(options.dir, 'outage-'))
  const port = await freePort()
  const clients = Array.from(
    { length: CLIENTS },
    (_, index) => new OutageClient(port, sessionIdOf(`outage ${index % SESSIONS}`), index),
  )
  const results: Record<Signal, Restarts> = { SIGKILL: noRestarts(), SIGTERM: noRestarts() }
  const stopSending = sendInTurn(clients)
  let box = new BenchBox(port, folder)
  try {
    await box.during(Promise.all(clients.map((client) => client.enter())))
    const progress = new Progress(rounds * SIGNALS.length)
    for (let round = 1; round <= rounds; round++) {
      for (const signal of SIGNALS) {
        progress.step(`round ${round}: ${signal}`)
        await box.during(delay(SETTLE_MS))
        const since = performance.now()
        await box.stop(signal)
        results[signal].endsMs.push(performance.now() - since)
        box = new BenchBox(port, folder)
        await box.during(countAbsences(clients, since, results[signal]))
      }
    }
  } finally {
    stopSending()
    for (const client of clients) client.close()
    await box.stop('SIGKILL')
    rmSync(folder, { recursive: true })
  }
  const text = report(results, `${machine}. ${rounds} restarts each, in turn.`)
  return { text, data: { machine, results } }
}

/** Waits until all are back. */
async function countAbsences(
  clients: readonly OutageClient[],
  since: number,
  restarts: Restarts,
): Promise<void> {
  const absences = await Promise.all(clients.map((client) => client.absenceSince(since)))
  for (const { from, to, isSeamless } of absences) {
    restarts.absencesMs.push(to - from)
    if (isSeamless) restarts.seamless++
  }
}

function noRestarts(): Restarts {
  return { absencesMs: [], endsMs: [], seamless: 0 }
}

/** One client after the other sends; answers what ends that. */
function sendInTurn(clients: readonly OutageClient[]): () => void {
  let next = 0
  const timer = setInterval(() => clients[next++ % clients.length]?.send(), 1000 / RATE)
  return () => clearInterval(timer)
}

function report(results: Readonly<Record<Signal, Restarts>>, conditions: string): string {
  const head = [
    '',
    'p50',
    'p99',
    'max',
    ...LIMITS_MS.map((limit) => `under ${number(limit)} ms`),
    'same timeline',
    'process ended',
  ]
  const row = (name: string, { absencesMs, endsMs, seamless }: Restarts) => [
    name,
    ...[0.5, 0.99, 1].map((share) => number(quantile(absencesMs, share))),
    ...LIMITS_MS.map((limit) => percent(shareBelow(absencesMs, limit))),
    percent(seamless / absencesMs.length),
    number(median(endsMs)),
  ]
  return [
    conditions,
    'Of each client, from the close of its socket to SYNC, ms:',
    table(head, [row('`kill -9`', results.SIGKILL), row('`SIGTERM`', results.SIGTERM)]),
    '*Same timeline*: nothing that the client knew was lost or went back, so that it keeps its view if it is back in ' +
      'time. *Process ended*: from the signal, ms, median; the next process was started right then.',
  ].join('\n\n')
}
