import fc from 'fast-check'
import { ProtocolError } from '../../src/protocol/close-code.ts'
import { decode } from '../../src/protocol/decode.ts'
import type { Random } from '../crash/random.ts'
import { frame } from './frames.ts'
import { mutate, pickOne } from './mutation.ts'
import { readTranscripts } from './transcripts.ts'

const BATCH = 100

const frames = readTranscripts()
  .flat()
  .map((text) => Buffer.from(text))

/** A batch of frames: half of them made up, half of them mutated. Throws if one is neither decoded nor refused. */
export function fuzzDecode(random: Random): void {
  const seed = Math.floor(random.between(0, 2 ** 31))
  const texts = fc.sample(frame, { numRuns: BATCH, seed })
  for (const text of texts) decodeOrRefuse(text)
  for (const text of texts) decodeOrRefuse(String(mutate(random, Buffer.from(text), frames)))
  for (let n = 0; n < BATCH; n += 1)
    decodeOrRefuse(String(mutate(random, pickOne(random, frames), frames)))
}

function decodeOrRefuse(text: string): void {
  try {
    decode(text)
  } catch (cause) {
    if (!(cause instanceof ProtocolError)) throw new Error(`at ${text}`, { cause })
    if (Buffer.byteLength(cause.message) > 123) throw new Error(`a reason too long, at ${text}`)
  }
}
