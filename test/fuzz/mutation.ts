import type { Random } from '../crash/random.ts'

const MOST_MUTATIONS = 6
/** Bytes that mean something to JSON, HTTP, paths, tars or web sockets. */
const TELLING = Buffer.from('\0\r\n"\\{}[]:,/.%-+ \t\x7f\x80\xc0\xff\xed\xf8019eE')
/** Texts that do. */
const TELLING_TEXTS = [
  '..',
  '%2e%2e',
  '%00',
  '//',
  '\r\n\r\n',
  '\\u0000',
  '\\ud800',
  '1e999',
  '-0',
  '9007199254740993',
  '4294967296',
  '__proto__',
  'null',
  '[]',
  '{}',
  'Content-Length: 5\r\n',
  'Transfer-Encoding: chunked\r\n',
].map((text) => Buffer.from(text))

/** The bytes with a few things changed, as a broken or evil sender might. */
export function mutate(random: Random, bytes: Buffer, others: readonly Buffer[]): Buffer {
  let mutated = bytes
  const count = 1 + Math.floor(random.between(0, MOST_MUTATIONS))
  for (let n = 0; n < count; n += 1) mutated = mutateOnce(random, mutated, others)
  return mutated
}

export function pickOne<T>(random: Random, choices: readonly T[]): T {
  const choice = choices[Math.floor(random.between(0, choices.length))]
  if (choice === undefined) throw new Error('nothing to pick from')
  return choice
}

function mutateOnce(random: Random, bytes: Buffer, others: readonly Buffer[]): Buffer {
  const at = Math.floor(random.between(0, bytes.length + 1))
  const end = Math.min(bytes.length, at + Math.floor(2 ** random.between(0, 8)))
  const put = (middle: Uint8Array, from = at, to = at) =>
    Buffer.concat([bytes.subarray(0, from), middle, bytes.subarray(to)])
  const kind = random.pick([
    [4, 'flip'],
    [4, 'tell'],
    [2, 'text'],
    [2, 'drop'],
    [2, 'repeat'],
    [1, 'cut'],
    [1, 'noise'],
    [1, 'splice'],
  ] as const)
  switch (kind) {
    case 'flip': {
      const flipped = Buffer.from(bytes)
      if (at < bytes.length)
        flipped[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(random.between(0, 8)))
      return flipped
    }
    case 'tell':
      return put(Buffer.from([pickOne(random, [...TELLING])]), at, Math.min(bytes.length, at + 1))
    case 'text':
      return put(pickOne(random, TELLING_TEXTS))
    case 'drop':
      return put(Buffer.alloc(0), at, end)
    case 'repeat':
      return put(bytes.subarray(at, end))
    case 'cut':
      return bytes.subarray(0, at)
    case 'noise':
      return put(noise(random, end - at), at, end)
    case 'splice': {
      const other = pickOne(random, [bytes, ...others])
      return put(other.subarray(Math.floor(random.between(0, other.length + 1))), at, bytes.length)
    }
  }
}

function noise(random: Random, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => Math.floor(random.between(0, 256))))
}

/** The bytes in a few pieces, as a network might bring them. */
export function inPieces(random: Random, bytes: Buffer): Buffer[] {
  const pieces: Buffer[] = []
  for (let at = 0; at < bytes.length; ) {
    const end = at + Math.ceil(2 ** random.between(0, 17))
    pieces.push(bytes.subarray(at, end))
    at = end
  }
  return pieces
}
