import { setTimeout as delay } from 'node:timers/promises'
import type { Contestant } from './contender.ts'
import { boxContender } from './contenders.ts'
import { compiledGenerator, generate } from './generator.ts'
import type { RunResult } from './generator-result.ts'
import { describeMachine } from './machine.ts'
import { number } from './markdown.ts'
import type { Bench, BenchOptions, Report } from './options.ts'
import { usageOf } from './process-usage.ts'
import { tell } from './progress.ts'
import { sessionIdOf } from './session-client.ts'
import { type Changes, type Sample, soakReport } from './soak-report.ts'
import { SoakVisitor } from './soak-visitor.ts'
import { openLoop } from './step.ts'

const SECONDS = 1800
/** The hall: one session, and messages/s in it that are half of what goes through. */
const CLIENTS = 100
const RATE = 5000
/** The rooms around it, and who is in each. */
const SESSIONS = 20
const VISITORS = 4
/** A visitor's message each (ms), over all of them. */
const MESSAGE_MS = 10
/** A visitor loses its connection each (ms), over all… */
const CHANGE_MS = 250
/** …and every third one leaves instead, and another comes in its place. */
const LEAVING_ONE_IN = 3
/** A snapshot each (ms), of one room after the other. */
const SNAPSHOT_MS = 1000
const SAMPLE_MS = 5000
/** How many samples are told as they come, one in so many. */
const TOLD_SAMPLES = 12
/** For joins before the load, and for what is late after it. */
const SPARE_SECONDS = 60
const BYTES_PER_MB = 1e6

export const soak: Bench = {
  about: 'half an hour of load, joins, leaves, rejoins and snapshots: does memory stay flat?',
  run: measure,
}

async function measure(options: BenchOptions): Promise<Report> {
  const { dir, seconds = SECONDS } = options
  const rate = options.rates?.[0] ?? RATE
  const people = options.clients?.[0] ?? CLIENTS
  const rooms = options.sessions?.[0] ?? SESSIONS
  compiledGenerator()
  const machine = describeMachine(dir)
  const box = await boxContender(dir).start('reflector')
  if (!box) throw new Error('the box has a reflector')
  try {
    const samples: Sample[] = []
    const stop = new AbortController()
    const hall = fillHall(box, people, rate, seconds).finally(() => stop.abort())
    const sampling = sample(box, samples, seconds, stop.signal)
    const changes = fillRooms(box.target.port, rooms, stop.signal)
    const [result, counts] = await box.process.during(Promise.all([hall, changes, sampling]))
    return soakReport({
      machine,
      seconds,
      rate,
      people,
      rooms,
      visitors: VISITORS,
      result,
      counts,
      samples,
    })
  } finally {
    await box.stop()
  }
}

function fillHall(
  { target }: Contestant,
  clients: number,
  rate: number,
  seconds: number,
): Promise<RunResult> {
  const load = { sessions: 1, clients, payload: 200, tick: 50, warmup: 1, drain: 6 }
  // Not tried again: it takes as long as it takes.
  const options = { ...load, retries: 0, steps: openLoop(rate, seconds) }
  return generate('run', target, options, (seconds + SPARE_SECONDS) * 1000)
}

/** Rooms with people who come and go until the signal. */
async function fillRooms(port: number, rooms: number, signal: AbortSignal): Promise<Changes> {
  const counts: Changes = { joins: 0, rejoins: 0, seamless: 0, snapshots: 0 }
  const newVisitor = async (place: number) => {
    const sessionId = sessionIdOf(`room ${place % rooms}`)
    const visitor = new SoakVisitor(port, sessionId, counts.joins++)
    await visitor.enter()
    return visitor
  }
  const places = Array.from({ length: rooms * VISITORS }, (_, index) => index)
  const visitors = await Promise.all(places.map(newVisitor))
  const change = async (turn: number) => {
    const place = turn % visitors.length
    const visitor = visitors[place]
    if (turn % LEAVING_ONE_IN === 0) {
      visitor?.leave()
      visitors[place] = await newVisitor(place)
    } else if (visitor) {
      counts.rejoins++
      if (await visitor.rejoin()) counts.seamless++
    }
  }
  const snapshot = async (turn: number) => {
    await visitors[turn % rooms]?.makeSnapshot()
    counts.snapshots++
  }
  try {
    await Promise.all([
      each(MESSAGE_MS, signal, async (turn) => visitors[turn % visitors.length]?.send()),
      each(CHANGE_MS, signal, change),
      each(SNAPSHOT_MS, signal, snapshot),
    ])
  } finally {
    for (const visitor of visitors) visitor.leave()
  }
  return counts
}

/** Does it again and again until the signal, one time after the other. */
async function each(
  ms: number,
  signal: AbortSignal,
  run: (turn: number) => Promise<void>,
): Promise<void> {
  for (let turn = 0; !signal.aborted; turn++) {
    await run(turn)
    await delay(ms)
  }
}

async function sample(
  { target }: Contestant,
  samples: Sample[],
  seconds: number,
  signal: AbortSignal,
): Promise<void> {
  const since = performance.now()
  await each(SAMPLE_MS, signal, async (turn) => {
    const minutes = (performance.now() - since) / 60_000
    const megabytes = usageOf(target.pids()).residentBytes / BYTES_PER_MB
    samples.push({ minutes, megabytes })
    if (turn % TOLD_SAMPLES !== 0) return
    const left = seconds / 60 - minutes
    tell(`${number(minutes)} min: ${number(megabytes)} MB, ${number(Math.max(0, left))} min left`)
  })
}
