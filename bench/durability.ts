import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { BenchBox } from './box.ts'
import {
  type Cell,
  DURABILITIES,
  type Durability,
  type Round,
  report,
} from './durability-report.ts'
import { freePort } from './free-port.ts'
import type { LoadOptions, LoadResult } from './load-options.ts'
import { describeMachine, expectDisk } from './machine.ts'
import type { Bench, BenchOptions, Report } from './options.ts'
import { Progress } from './progress.ts'
import { openEventually, sessionIdOf } from './session-client.ts'

const LOAD = fileURLToPath(new URL('./load.ts', import.meta.url))
const RATES = [100, 1000, 10_000]
const SESSIONS = [1, 100, 1000]
const ROUNDS = 3
const SECONDS = 5
const WARM_UP_SECONDS = 1.5
const POLL_MS = 20
/** A session takes no more messages than this without a snapshot, and nobody makes one here. */
const MOST_MESSAGES = 100_000

export const durability: Bench = {
  about: 'what BOX_DURABILITY `process` and `power` cost against `none`: latency and CPU',
  run: measure,
}

async function measure(options: BenchOptions): Promise<Report> {
  expectDisk(options.dir)
  const machine = describeMachine(options.dir)
  const { rounds = ROUNDS, seconds = SECONDS, rates = RATES, sessions = SESSIONS } = options
  const cells = rates.flatMap((rate) => sessions.map((count): Cell => ({ rate, sessions: count })))
  for (const cell of cells) expectRoom(cell, seconds)
  const measured = new Map<Cell, Round[]>(cells.map((cell) => [cell, []]))
  const progress = new Progress(rounds * cells.length * DURABILITIES.length)
  for (let round = 1; round <= rounds; round++) {
    for (const [cell, results] of measured) {
      const ofRound: Array<[Durability, LoadResult]> = []
      for (const level of DURABILITIES) {
        progress.step(`round ${round}: ${cell.rate}/s over ${cell.sessions} sessions, ${level}`)
        ofRound.push([level, await run(cell, level, seconds, options.dir)])
      }
      results.push(Object.fromEntries(ofRound) as Round)
    }
  }
  const text = report(measured, machine, { rounds, seconds })
  return { text, data: { machine, seconds, cells: [...measured] } }
}

async function run(
  { rate, sessions }: Cell,
  level: Durability,
  seconds: number,
  dir: string,
): Promise<LoadResult> {
  const folder = mkdtempSync(join(dir, 'durability-'))
  const box = new BenchBox(await freePort(), folder, { BOX_DURABILITY: level })
  try {
    const pause = () => delay(POLL_MS)
    const first = await box.during(openEventually(box.port, sessionIdOf('none'), pause))
    first.socket.destroy()
    const { port, pid } = box
    const load = { port, pid, sessions, rate, warmUpSeconds: WARM_UP_SECONDS, seconds }
    return await box.during(generate(load))
  } finally {
    await box.stop('SIGKILL')
    rmSync(folder, { recursive: true })
  }
}

async function generate(options: LoadOptions): Promise<LoadResult> {
  const child = fork(LOAD, [JSON.stringify(options)], { serialization: 'advanced' })
  const exit = once(child, 'exit')
  const answer = await Promise.race([once(child, 'message'), exit.then(() => undefined)])
  if (!answer) throw new Error('the load generator ended by itself')
  child.kill('SIGKILL')
  await exit
  return answer[0] as LoadResult
}

function expectRoom({ rate, sessions }: Cell, seconds: number): void {
  const messages = (rate / sessions) * (seconds + WARM_UP_SECONDS)
  if (messages < MOST_MESSAGES) return
  throw new Error(
    `${rate}/s for ${seconds} s is more than ${sessions} sessions take: measure less long`,
  )
}
