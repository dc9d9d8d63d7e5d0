import { APP_DIR } from '../e2e/visitors.ts'
import type { Cleanup } from './cleanup.ts'
import { Crowd } from './crowd.ts'
import type { PageOutage } from './lasting-page.ts'
import { pickMoment, reach } from './moments.ts'
import { PagePair } from './page-pair.ts'
import { Random } from './random.ts'
import { type Spread, spreadOf } from './spread.ts'
import { Supervisor } from './supervisor.ts'
import { filesBelow, indexedFiles } from './uploads.ts'

/** Outages are told apart in steps of this (ms). */
const REASON_STEP_MS = 250
const CROWD = {
  sessions: 3,
  clientsPerSession: 2,
  /** ms between two messages of one sender */
  everyMs: 100,
}

export interface CrashPlan {
  readonly crashes: number
  readonly signal: 'SIGKILL' | 'SIGTERM'
  /** of the moments at which the box is ended */
  readonly seed: number
  /** settings of the box besides */
  readonly env?: Readonly<Record<string, string>>
}

/** What came of a run. */
export interface CrashSummary extends CrashPlan {
  readonly seconds: number
  /** by raw clients, on connections that were open */
  readonly sent: number
  /** of these, in the history; the others were on their way when the box ended, and nobody saw them */
  readonly reflected: number
  readonly moments: Readonly<Record<string, number>>
  /** outages of both pages: through how many did they keep their view, and why not through the others */
  readonly views: {
    readonly kept: number
    readonly of: number
    readonly lost: Readonly<Record<string, number>>
  }
  /** ms from the close of a socket to the SYNC, as clients see it */
  readonly outageMs: { readonly rawClients: Spread; readonly pages: Spread }
  /** ms from the start of a box to its greeting, a part of each outage */
  readonly startMs: Spread
  /** states of the models of all pages at the same teatime, in the end */
  readonly models: readonly string[]
  /** what should not be, in words; empty if all was well */
  readonly violations: readonly string[]
}

/** Who is there during a run. */
interface Scene {
  readonly supervisor: Supervisor
  readonly random: Random
  readonly crowd: Crowd
  readonly pair: PagePair
}

/**
 * Ends a box that is in use at random moments, again and again, and compares what clients saw.
 * @param cleanup to be run by the caller, however this ends
 */
export async function runCrashes(plan: CrashPlan, cleanup: Cleanup): Promise<CrashSummary> {
  const scene = await openScene(plan, cleanup)
  const begin = performance.now()
  const { moments, exits } = await play(plan, scene)
  const models = await scene.pair.models()
  const seconds = Math.round((performance.now() - begin) / 1000)
  return { ...(await summarize(plan, scene, exits)), seconds, moments, models }
}

async function openScene(plan: CrashPlan, cleanup: Cleanup): Promise<Scene> {
  const supervisor = await Supervisor.start({ BOX_WEB_DIR: APP_DIR, ...plan.env })
  cleanup.add(() => supervisor.close())
  const { reflectorUrl } = supervisor
  // Clients take theirs in the order in which they fail: a source of their own leaves the moments to the seed.
  const crowd = new Crowd({ reflectorUrl, random: new Random(plan.seed + 1), ...CROWD })
  cleanup.add(() => crowd.stop())
  await crowd.start()
  const pair = await PagePair.join(supervisor.url, CROWD.everyMs)
  cleanup.add(() => pair.close())
  return { supervisor, random: new Random(plan.seed), crowd, pair }
}

async function play(plan: CrashPlan, scene: Scene) {
  const { supervisor, random, crowd, pair } = scene
  const moments: Record<string, number> = {}
  const exits = new Set<number | string>()
  for (let crash = 0; crash < plan.crashes; crash += 1) {
    const moment = pickMoment(random)
    moments[moment] = (moments[moment] ?? 0) + 1
    if (moment !== 'start') {
      await everybodyBack(scene)
      await pair.compareModels(`before crash ${crash}`)
    }
    await reach(moment, { random, crowd, pair, url: supervisor.url })
    exits.add(await supervisor.restart(plan.signal))
  }
  await everybodyBack(scene)
  return { moments, exits }
}

/** Resolves when the box runs and all are in again, and the history was compared. */
async function everybodyBack({ supervisor, crowd, pair }: Scene): Promise<void> {
  await supervisor.ready()
  await crowd.everybodyIn()
  await pair.bothIn()
  await crowd.check()
  await pair.check(supervisor.reflectorUrl)
}

async function summarize(plan: CrashPlan, scene: Scene, exits: ReadonlySet<number | string>) {
  const { supervisor, crowd, pair } = scene
  const outages = await pair.outages()
  const withView = outages.filter(({ viewsMade }) => viewsMade !== undefined)
  const lost = withView.filter(({ isViewKept }) => !isViewKept)
  return {
    ...plan,
    sent: sum(crowd.ledgers.map(({ sent }) => sent)),
    reflected: sum(crowd.ledgers.map(({ reflected }) => reflected)),
    views: { kept: withView.length - lost.length, of: withView.length, lost: whyLost(lost) },
    outageMs: {
      rawClients: spreadOf(crowd.outages),
      pages: spreadOf(outages.map(({ ms }) => ms)),
    },
    startMs: spreadOf(supervisor.starts),
    violations: [
      ...crowd.violations,
      ...(await pair.violations()),
      ...uploadViolations(supervisor.filesDir),
      ...supervisor.complaints.map((line) => `the box logged ${line.slice(0, 400)}`),
      // Before it knows better, a box that is told to stop ends at once.
      ...[...exits]
        .filter((exit) => exit !== 0 && exit !== plan.signal)
        .map((exit) => `exit ${exit}`),
    ],
  }
}

/** Uploads are there as a whole before the index has them, and leave nothing if they were cut. */
function uploadViolations(filesDir: string): string[] {
  const files = new Set(filesBelow(filesDir, 'uploads'))
  return [
    ...indexedFiles(filesDir)
      .filter((path) => !files.has(path))
      .map((path) => `lost upload: ${path}`),
    ...filesBelow(filesDir, 'incoming').map((name) => `left of an upload: ${name}`),
  ]
}

/** Reasons, and how often each. */
function whyLost(lost: readonly PageOutage[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { ms } of lost.toSorted((a, b) => a.ms - b.ms)) {
    const reason = `without connection for over ${Math.floor(ms / REASON_STEP_MS) * REASON_STEP_MS} ms`
    counts[reason] = (counts[reason] ?? 0) + 1
  }
  return counts
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0)
}
