import { afterEach, expect, test } from 'vitest'
import { Cleanup } from './cleanup.ts'
import { type CrashPlan, runCrashes } from './crash-run.ts'
import { newSeed } from './random.ts'

/** How often the box is killed; and the seed of a run that is to be repeated. */
const CRASHES = Number(process.env.CRASHES ?? 50)
const STOPS = Math.ceil(CRASHES / 5)
const seed = Number(process.env.CRASH_SEED ?? newSeed())
/** For opening and comparing, and for each time that the box is ended (ms). */
const TIMEOUT_MS = { once: 90_000, each: 8_000 }

const cleanup = new Cleanup()

afterEach(() => cleanup.run())

test(
  '[TIME6] [SYNC6] [SYNC8] [USERS10] a box that is killed again and again is missed by nobody',
  timeFor(CRASHES),
  () => survives('SIGKILL', CRASHES),
)

test('[CLOSE3] nor is one that is told to stop', timeFor(STOPS), () => survives('SIGTERM', STOPS))

async function survives(signal: CrashPlan['signal'], crashes: number): Promise<void> {
  tell(`CRASH_SEED=${seed}`)
  const summary = await runCrashes({ crashes, signal, seed }, cleanup)
  tell(summary)
  const { violations, models, sent, reflected } = summary
  expect(violations).toEqual([])
  expect(new Set(models).size, 'models of pages in one session').toBe(1)
  expect(reflected).toBeGreaterThan(sent / 2)
}

/** Whoever runs it wants to know, well or not. */
function tell(what: unknown): void {
  // biome-ignore lint/suspicious/noConsole: vitest shows it
  console.info(what)
}

function timeFor(times: number) {
  return { timeout: TIMEOUT_MS.once + times * TIMEOUT_MS.each }
}
