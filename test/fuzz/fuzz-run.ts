import { newSeed, Random } from '../crash/random.ts'

/** In CI the same each time, and short. */
const FIXED_SEED = 0xb0c5
const CI_SECONDS = 20

/** How long to try, and from which seed: `FUZZ_MINUTES=10`, `FUZZ_SEED=…`. */
export interface FuzzPlan {
  readonly seed: number
  readonly seconds: number
}

export function fuzzPlan(env: Readonly<Record<string, string | undefined>>): FuzzPlan {
  const { FUZZ_MINUTES, FUZZ_SEED } = env
  const seed = FUZZ_MINUTES === undefined ? FIXED_SEED : newSeed()
  return {
    seed: FUZZ_SEED === undefined ? seed : Number(FUZZ_SEED),
    seconds: FUZZ_MINUTES === undefined ? CI_SECONDS : Number(FUZZ_MINUTES) * 60,
  }
}

/**
 * Tries one input after the other until time is up, in lanes beside each other.
 * @param attempt throws if something is wrong
 * @returns how many were tried
 * @throws {Error} that names the seed from which the same input comes again: `FUZZ_SEED` and the number
 */
export async function tryFor(
  { seed, seconds }: FuzzPlan,
  lanes: number,
  attempt: (random: Random) => Promise<void> | void,
): Promise<number> {
  const deadline = performance.now() + seconds * 1000
  let number = 0
  let isFailed = false
  const lane = async () => {
    while (performance.now() < deadline && !isFailed) {
      number += 1
      await attemptOne(seed, number, attempt).catch((error: unknown) => {
        isFailed = true
        throw error
      })
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  return number
}

async function attemptOne(
  seed: number,
  number: number,
  attempt: (random: Random) => Promise<void> | void,
): Promise<void> {
  try {
    await attempt(new Random(seed + number))
  } catch (cause) {
    throw new Error(`FUZZ_SEED=${seed}, attempt ${number}: ${String(cause)}`, { cause })
  }
}
