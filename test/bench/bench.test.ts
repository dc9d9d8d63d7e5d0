import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { platform, tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const run = promisify(execFile)
const PROJECT = join(import.meta.dirname, '../..')
const PLAIN_REFLECTOR = `${process.execPath} ${join(import.meta.dirname, 'plain-reflector.ts')} {port}`

interface Written {
  readonly trials: ReadonlyArray<{
    readonly contender: string
    readonly scenario: string
    readonly outcome: {
      readonly gaps: number
      readonly troubles: readonly string[]
      readonly figures: ReadonlyArray<{ readonly key: string; readonly value: number | null }>
    }
  }>
}

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bench-'))
})

afterEach(async () => {
  await rm(folder, { recursive: true })
})

// The load generator waits with epoll and reads /proc.
describe.skipIf(platform() !== 'linux')('the bench, which needs Linux', () => {
  it('compares the box with any reflector; both keep the order', async () => {
    const { trials } = await bench('--only', 'A,B,D,E', '--reference', PLAIN_REFLECTOR)
    const tried = trials.map(({ contender, scenario }) => `${scenario} ${contender}`).sort()
    expect(tried).toEqual(
      ['A', 'B', 'D', 'E'].flatMap((name) => [`${name} box`, `${name} reference`]),
    )
    for (const { scenario, outcome } of trials) {
      const isCounted = ['A', 'B'].includes(scenario)
      expect(outcome.gaps).toBe(isCounted ? 0 : undefined)
      expect(outcome.figures.map(({ value }) => value)).not.toContain(null)
    }
  })

  it('compares it with a program that does no more than it must, which keeps the order, too', async () => {
    const { trials } = await bench('limits', '--only', 'A,E,F')
    const tried = trials.map(({ contender, scenario }) => `${scenario} ${contender}`).sort()
    expect(tried).toEqual(['A', 'E'].flatMap((name) => [`${name} box`, `${name} reference`]))
    expect(trials.flatMap(({ outcome }) => outcome.troubles)).toEqual([])
    expect(trials.map(({ outcome }) => outcome.gaps ?? 0)).toEqual(trials.map(() => 0))
  })

  it('measures uploads and downloads', async () => {
    const { trials } = await bench('--only', 'F')
    expect(trials.map(({ outcome }) => outcome.troubles)).toEqual([[]])
  })

  it('says so when nothing was delivered, and has no figure then', async () => {
    const { trials } = await bench('--only', 'A', '--reference', `${PLAIN_REFLECTOR} mute`)
    const mute = trials.find(({ contender }) => contender === 'reference')?.outcome
    expect(mute?.troubles).toEqual([
      '100 clients, 200 messages/s: NOTHING WAS DELIVERED, so there is no figure',
      '100 clients, saturated: NOTHING WAS DELIVERED, so there is no figure',
    ])
    const cost = mute?.figures.find(({ key }) => key === 'A.100.saturated.cpu')
    expect(cost?.value).toBeNull()
  })

  it('goes on when the reference does not start', async () => {
    const { trials } = await bench('--only', 'E', '--reference', 'echo no such program >&2; false')
    const [reference, box] = trials.map(({ outcome }) => outcome)
    expect(reference?.troubles).toEqual(['the server ended by itself:\nno such program\n'])
    expect(box?.troubles).toEqual([])
  })
})

/** A quick run of one round; what it has written for programs. */
async function bench(...args: string[]): Promise<Written> {
  const json = join(folder, 'result.json')
  await benchAlone(...args, '--json', json)
  return JSON.parse(await readFile(json, 'utf8')) as Written
}

function benchAlone(...args: string[]) {
  const all = ['bench/main.ts', '--rounds', '1', ...args]
  return run(process.execPath, all, { cwd: PROJECT })
}
