import { setTimeout as delay } from 'node:timers/promises'
import { forgetPeaks, usageOf } from '../../../bench/process-usage.ts'
import { sumOf } from './attack-report.ts'
import { Attacker, type AttackerOptions } from './attacker.ts'
import type { Outcome, Starts } from './outcome.ts'
import { WatchedBox } from './watched-box.ts'

/** How often it is looked how the box is (ms). */
const LOOK_EVERY_MS = 100
/** What the attack left undone is waited for so long, and measured, too (ms). */
const AFTER_MS = 300

interface Seen {
  readonly memory: number
  readonly disk: number
  readonly log: number
}

/** A box that is attacked, and one beside it that is not: what happens to both is the machine's doing. */
export class Trial {
  readonly #box: WatchedBox
  readonly #beside: WatchedBox

  private constructor(box: WatchedBox, beside: WatchedBox) {
    this.#box = box
    this.#beside = beside
  }

  /** @param entry main file of another box than this one */
  static async begin(entry?: string): Promise<Trial> {
    return new Trial(await WatchedBox.start(entry), await WatchedBox.start(entry))
  }

  /** Lets these attacks go on together, and tells what that does. @param onProgress told often how it goes */
  async attack(
    names: readonly string[],
    options: Omit<AttackerOptions, 'port'>,
    onProgress: (text: string) => void = () => {},
  ): Promise<Outcome> {
    const box = this.#box.process
    const port = await this.#box.port()
    await this.#logIsWritten()
    forgetPeaks([box.pid])
    const before = this.#look()
    const bystanders = [this.#box.bystander, this.#beside.bystander] as const
    for (const bystander of bystanders) bystander.begin()
    const attackers = names.map((name) => new Attacker(name, { port, ...options }))
    const all = Promise.all(attackers.map((attacker) => attacker.done()))
    let exit: number | string | undefined
    const isOver = Promise.race([
      all.then(() => delay(AFTER_MS)),
      box.exit.then((code) => {
        exit = code
      }),
    ]).then(() => true)
    let most = before
    const progress = () =>
      `${names.join(' + ')}: ${megabytes(most.memory - before.memory)} MB more memory, ` +
      `${megabytes(most.disk - before.disk)} MB more on disk, ` +
      `${bystanders.map(({ longestSilence }) => longestSilence.toFixed(0)).join(' and ')} ms of silence`
    for (let isDone = false; !isDone; ) {
      isDone = await Promise.race([isOver, delay(LOOK_EVERY_MS, false)])
      if (exit === undefined) most = this.#look(most)
      onProgress(progress())
    }
    const reports = await Promise.all(attackers.map((attacker) => attacker.report()))
    const [silence, silenceBeside] = bystanders.map(({ longestSilence }) => longestSilence)
    await Promise.all(attackers.map((attacker) => attacker.stop()))
    return {
      ...{ name: names.join(' + '), names, report: sumOf(reports) },
      ...{ silence: silence ?? 0, silenceBeside: silenceBeside ?? 0 },
      lost: bystanders[0].closed,
      ended: exit === undefined ? undefined : `${exit}`,
      memory: most.memory - before.memory,
      disk: most.disk - before.disk,
      log: most.log - before.log,
    }
  }

  /** Ends both boxes by this signal, one after the other; resolves with how long their next starts take. */
  async restart(signal: NodeJS.Signals): Promise<Starts> {
    const beside = await this.#beside.restart(signal)
    return { attacked: await this.#box.restart(signal), beside }
  }

  async end(): Promise<void> {
    await Promise.all([this.#box.end(), this.#beside.end()])
  }

  /** What the box had to log of an attack before may still come. */
  async #logIsWritten(): Promise<void> {
    const length = () => this.#box.process.stderr.length
    for (let before = -1; before < length(); ) {
      before = length()
      await delay(LOOK_EVERY_MS * 3)
    }
  }

  /** The most until now. */
  #look(before: Seen = { memory: 0, disk: 0, log: 0 }): Seen {
    const { peakBytes } = usageOf([this.#box.process.pid])
    return {
      memory: Math.max(before.memory, Number.isNaN(peakBytes) ? 0 : peakBytes),
      disk: Math.max(before.disk, this.#box.diskBytes),
      log: this.#box.process.stderr.length,
    }
  }
}

export function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1)
}
