import { mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { boxContender } from './contenders.ts'
import { type CpuProfile, type SelfTime, selfTimes } from './cpu-profile.ts'
import { compiledGenerator } from './generator.ts'
import { number, percent, table } from './markdown.ts'
import type { Bench, BenchOptions, Report } from './options.ts'
import { Progress } from './progress.ts'
import type { Scenario } from './scenario.ts'

/** How often a scenario is run on the same box: a quick one alone gives few samples. */
const ROUNDS = 3
const INTERVAL_MICROSECONDS = 250
const TOP = 30

/** One thread of the box. */
interface ThreadProfile {
  readonly thread: string
  readonly path: string
  readonly times: readonly SelfTime[]
}

export const profile: Bench = {
  about: 'which functions of the box take the CPU while a scenario runs (--profile A)',
  run: measure,
}

async function measure(options: BenchOptions): Promise<Report> {
  compiledGenerator()
  const { scenarios } = options
  const progress = new Progress(scenarios.length)
  const profiles = new Map<Scenario, readonly ThreadProfile[]>()
  for (const scenario of scenarios) {
    progress.step(`${scenario.name}: ${scenario.about}`)
    profiles.set(scenario, await record(scenario, options))
  }
  const texts = Array.from(profiles, ([scenario, threads]) => section(scenario, threads))
  const data = Array.from(profiles, ([{ name }, threads]) => ({ scenario: name, threads }))
  return { text: texts.join('\n\n'), data }
}

async function record(
  scenario: Scenario,
  { dir, isFull, rounds = ROUNDS }: BenchOptions,
): Promise<readonly ThreadProfile[]> {
  const folder = mkdtempSync(join(dir, `profile-${scenario.name}-`))
  mkdirSync(folder, { recursive: true })
  const contestant = await boxContender(dir, [
    '--cpu-prof',
    `--cpu-prof-dir=${folder}`,
    `--cpu-prof-interval=${INTERVAL_MICROSECONDS}`,
  ]).start(scenario.part)
  if (!contestant) throw new Error('the box did not start')
  const { process, target, stop } = contestant
  try {
    const from = monotonicMicroseconds()
    for (let round = 1; round <= rounds; round++) {
      await process.during(scenario.run(target, isFull))
    }
    const to = monotonicMicroseconds()
    // Profiles are written when a process ends in order.
    await process.stop('SIGTERM')
    return readdirSync(folder)
      .filter((name) => name.split('.')[3] === String(process.pid))
      .map((name) => readThread(join(folder, name), { from, to }))
  } finally {
    await stop()
  }
}

/** @param path `CPU.<date>.<time>.<process>.<thread>.<number>.cpuprofile` */
function readThread(path: string, span: { readonly from: number; readonly to: number }) {
  const thread = Number(path.split('.').at(-3))
  const content = JSON.parse(readFileSync(path, 'utf8')) as CpuProfile
  return {
    thread: thread === 0 ? 'main thread' : `thread ${thread}`,
    path,
    times: selfTimes(content, span),
  }
}

/** On Linux, the clock of the profiles. */
function monotonicMicroseconds(): number {
  return Number(process.hrtime.bigint() / 1000n)
}

function section({ name, about }: Scenario, threads: readonly ThreadProfile[]): string {
  const parts = threads.map(({ thread, path, times }) => {
    const busy = times.reduce((sum, { ms }) => sum + ms, 0)
    const rows = times
      .slice(0, TOP)
      .map(({ name: what, place, ms }) => [what, place, number(ms), percent(ms / busy)])
    const head = `${thread}, ${number(busy)} ms of CPU; ${relative('.', path)}`
    return `${head}\n\n${table(['function', 'place', 'ms', 'self'], rows)}`
  })
  return [`**${name}**: ${about}`, ...parts].join('\n\n')
}
