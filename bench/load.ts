import { setTimeout as delay } from 'node:timers/promises'
import type { LoadOptions, LoadResult, Percentiles } from './load-options.ts'
import { LoadSession } from './load-session.ts'
import { machineCpuSeconds } from './machine.ts'
import { cpuSecondsOf } from './process-usage.ts'
import { quantile } from './statistics.ts'

/** Joins under way at a time. */
const JOINS = 20
/** The last message has that long to reach everybody (ms). */
const DRAIN_MS = 3000
const DRAIN_STEP_MS = 50

/** The load generator: sends at a rate, and measures what comes back. */
async function generate(options: LoadOptions): Promise<LoadResult> {
  const sessions = Array.from(
    { length: options.sessions },
    (_, index) => new LoadSession(options.port, index),
  )
  const waiting = [...sessions]
  const joiners = Array.from({ length: JOINS }, async () => {
    for (let next = waiting.pop(); next; next = waiting.pop()) await next.join()
  })
  await Promise.all(joiners)
  await send(sessions, options.rate, options.warmUpSeconds)
  await drain(sessions)
  for (const session of sessions) session.forget()

  const before = readCpu(options.pid)
  const start = performance.now()
  const lags = await send(sessions, options.rate, options.seconds)
  const received = sessions.reduce((sum, { latenciesMs }) => sum + latenciesMs.length, 0)
  const seconds = (performance.now() - start) / 1000
  await drain(sessions)
  const cpu = readCpu(options.pid)
  const box = cpu.box - before.box
  return {
    offeredRate: options.rate,
    rate: received / seconds,
    latencyMs: percentiles(sessions.flatMap(({ latenciesMs }) => latenciesMs)),
    spreadMs: percentiles(sessions.flatMap(({ spreadsMs }) => spreadsMs)),
    lagMs: percentiles(lags),
    boxMicroseconds: (box / lags.length) * 1e6,
    othersCores: (cpu.machine - before.machine - box - (cpu.own - before.own)) / seconds,
    lost: sessions.reduce((sum, session) => sum + session.missing, 0),
  }
}

/** Sends message after message, each when it is due, to one session after the other; tells how late (ms). */
function send(sessions: readonly LoadSession[], rate: number, seconds: number): Promise<number[]> {
  const { promise, resolve } = Promise.withResolvers<number[]>()
  const count = Math.round(rate * seconds)
  const start = performance.now()
  const lags: number[] = []
  const sendDue = () => {
    const touched = new Set<LoadSession>()
    const now = performance.now()
    while (lags.length < count) {
      const lag = now - start - (lags.length * 1000) / rate
      if (lag < 0) break
      const session = sessions[lags.length % sessions.length]
      if (!session) break
      touched.add(session)
      session.send()
      lags.push(lag)
    }
    for (const session of touched) session.flush()
    if (lags.length === count) resolve(lags)
    else setTimeout(sendDue, 1)
  }
  sendDue()
  return promise
}

async function drain(sessions: readonly LoadSession[]): Promise<void> {
  const end = performance.now() + DRAIN_MS
  while (performance.now() < end && sessions.some(({ missing }) => missing > 0)) {
    await delay(DRAIN_STEP_MS)
  }
}

function readCpu(pid: number): { box: number; own: number; machine: number } {
  const own = process.cpuUsage()
  return {
    box: cpuSecondsOf(pid),
    own: (own.user + own.system) / 1e6,
    machine: machineCpuSeconds(),
  }
}

function percentiles(values: readonly number[]): Percentiles {
  return { p50: quantile(values, 0.5), p99: quantile(values, 0.99) }
}

// It lives for as long as the process that started it wants.
process.on('disconnect', () => process.exit())
process.send?.(await generate(JSON.parse(process.argv[2] ?? '') as LoadOptions))
