import fc from 'fast-check'
import type { Random } from '../crash/random.ts'
import { randomSessionId } from '../support/raw-client.ts'
import {
  closeFrame,
  encodeFrame,
  type FrameParts,
  OPCODE,
  RawWebSocket,
  upgradeRequest,
} from '../support/raw-web-socket.ts'
import { frame } from './frames.ts'
import { inPieces, mutate, pickOne } from './mutation.ts'
import { readTranscripts } from './transcripts.ts'

const MADE_UP = 3000
/** Sessions that they share, so that they meet each other. */
const SESSIONS = 4
/** Sent in the packet of the request. */
const EARLY_BYTES = 200
/** The box answers a PING, or closes, within this (ms). */
const ANSWER_MS = 5000
const MARK = 'fuzz mark'

/** Clients that send frames of all kinds, and bytes that are no frames. */
export class ConnectionFuzz {
  readonly #port: number
  readonly #transcripts = readTranscripts()
  readonly #frames: readonly Buffer[]
  readonly #madeUp: readonly string[]
  readonly #sessions = Array.from({ length: SESSIONS }, randomSessionId)

  constructor(port: number, seed: number) {
    this.#port = port
    this.#madeUp = fc.sample(frame, { numRuns: MADE_UP, seed })
    this.#frames = this.#transcripts.flat().map((text) => Buffer.from(text))
  }

  /** Throws if the box neither answers nor closes. */
  async attempt(random: Random): Promise<void> {
    const socket = new RawWebSocket(this.#port)
    try {
      const path = `/reflector/${pickOne(random, this.#sessions)}`
      const isUpgradeOdd = random.next() < 0.1
      if (isUpgradeOdd) {
        socket.write(mutate(random, Buffer.from(upgradeRequest(path)), []))
        socket.socket.end()
        await socket.until(() => socket.isClosed, ANSWER_MS)
        return
      }
      const { bytes, isWhole } = this.#conversation(random)
      const isToAnswer = isWhole && random.next() < 0.5
      const sent = isToAnswer ? bytes : mutate(random, bytes, this.#frames)
      const early = random.next() < 0.3 ? EARLY_BYTES : 0
      await socket.open(path, sent.subarray(0, early))
      for (const piece of inPieces(random, sent.subarray(early))) socket.write(piece)
      await this.#settle(random, socket, isToAnswer)
    } finally {
      socket.destroy()
    }
  }

  /**
   * Frames of one client: a transcript, of which some are mutated, or what was made up. They are not whole if
   * one claims to be longer than it is: what follows is its rest.
   */
  #conversation(random: Random): { bytes: Buffer; isWhole: boolean } {
    const transcript = pickOne(random, this.#transcripts)
    const [join = ''] = transcript
    const texts = random.pick([
      [3, transcript],
      [2, [join, ...this.#someMadeUp(random)]],
      [1, this.#someMadeUp(random)],
    ])
    let isWhole = true
    const frames = texts.map((text) => {
      const payload =
        random.next() < 0.2 ? mutate(random, Buffer.from(text), this.#frames) : Buffer.from(text)
      const parts = { payload, ...oddities(random) }
      if (parts.claimed !== undefined) isWhole = false
      return encodeFrame(parts)
    })
    return { bytes: Buffer.concat(frames), isWhole }
  }

  #someMadeUp(random: Random): string[] {
    const count = Math.floor(random.between(1, 30))
    return Array.from({ length: count }, () => pickOne(random, this.#madeUp))
  }

  /** The box still answers on it, or has closed it. */
  async #settle(random: Random, socket: RawWebSocket, isToAnswer: boolean): Promise<void> {
    if (random.next() < 0.2) return // gone without a word
    if (!isToAnswer) {
      // It may wait for the rest of a frame: what comes next is that.
      socket.socket.end()
      await socket.until(() => socket.isClosed, ANSWER_MS)
      return
    }
    socket.send({ payload: JSON.stringify({ action: 'PING', args: MARK }) })
    const isAnswered = () =>
      socket.isClosed ||
      socket.frames.some(({ opcode, payload }) => {
        return opcode === OPCODE.close || payload.includes(MARK)
      })
    // Those whose fragments never end wait for more; a ping is answered in between.
    socket.send({ opcode: OPCODE.ping, payload: MARK })
    await socket.until(isAnswered, ANSWER_MS)
    socket.write(closeFrame(pickOne(random, [1000, 1001, 3000, 4110])))
  }
}

/** Mostly none. */
function oddities(random: Random): FrameParts {
  return random.pick<FrameParts>([
    [60, {}],
    [3, { opcode: OPCODE.binary }],
    [1, { fin: false }],
    [1, { opcode: OPCODE.ping, payload: 'x' }],
    [1, { opcode: Math.floor(random.between(0, 16)) }],
    [1, { reserved: Math.floor(random.between(0, 8)) }],
    [1, { isMasked: false }],
    [1, { claimed: 2n ** BigInt(Math.floor(random.between(0, 64))), lengthBytes: 9 }],
  ])
}
