import type { Address } from './address.ts'
import { type Answer, ask, type Question } from './ask.ts'
import { hashOf } from './hash.ts'
import type { Way } from './join-probe.ts'
import { TRANSFER_LIMIT_MS } from './limits.ts'
import { reasonOf } from './reason.ts'
import type { Upload } from './upload.ts'

/** A part of the file, first and last byte. */
const PART = [1000, 1999] as const

/**
 * Uploads a file and fetches it. It is the same one each time, and nobody refers to it: the box takes it for garbage a day
 * after the last time.
 */
export async function probeUpload(address: Address, way: Way, bytes: number): Promise<Upload> {
  const body = Buffer.alloc(bytes, 'croquet in a box: a file of the doctor\n')
  const path = `files/snapshots/${hashOf('doctor')}/0000000000_0-${hashOf(body)}.snap`
  const asked = { headers: way, limitMs: TRANSFER_LIMIT_MS, mostBytes: bytes }
  const there = await answerOf(address, path, { ...asked, method: 'PUT', body })
  if (!('status' in there)) return { tag: 'failed', way: 'there', bytes, ...there }
  if (there.status >= 300) return { tag: 'refused', way: 'there', bytes, ...refusalIn(there) }
  const back = await answerOf(address, path, asked)
  if (!('status' in back)) return { tag: 'failed', way: 'back', bytes, ...back }
  if (back.status !== 200) return { tag: 'refused', way: 'back', bytes, ...refusalIn(back) }
  const [first, last] = PART
  const range = { ...way, range: `bytes=${first}-${last}` }
  const part = await answerOf(address, path, { ...asked, headers: range })
  return {
    ...{ tag: 'returned', bytes, ms: there.tookMs + back.tookMs },
    isWhole: back.body.equals(body),
    hasParts:
      'status' in part && part.status === 206 && part.body.equals(body.subarray(first, last + 1)),
  }
}

async function answerOf(
  address: Address,
  path: string,
  question: Question,
): Promise<Answer | { readonly reason: string }> {
  try {
    return await ask(address, path, question)
  } catch (error) {
    return { reason: reasonOf(error) }
  }
}

/** The box refuses in JSON, with a sentence for people. */
function refusalIn({ status, body }: Answer): { status: number; sentence: string } {
  try {
    const { message, detail } = JSON.parse(String(body)) as { message?: unknown; detail?: unknown }
    return { status, sentence: String(message ?? detail ?? '') }
  } catch {
    return { status, sentence: '' }
  }
}
