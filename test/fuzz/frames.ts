import fc from 'fast-check'

const ACTIONS = ['JOIN', 'SEND', 'TUTTI', 'SNAP', 'SAVE', 'TICKS', 'PING', 'PULSE', 'LOG']
const NUMBERS = [0, -0, -1, 0.5, 1e308, -1e308, 2 ** 32, 2 ** 32 - 1, 2 ** 53, 1e-320]

/** What may stand where a number is meant. */
const number = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 10_000 }) },
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(...NUMBERS),
)
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom('__proto__', 'constructor', '', 'poll', 'a'.repeat(43), '\u{1f389}'),
)
const anything = fc.oneof(number, text, fc.jsonValue({ maxDepth: 3 }))
const hash = fc.constantFrom('h'.repeat(43), '-_'.repeat(21).concat('x'), 'h')
const snapshotUrl = fc
  .tuple(fc.constantFrom('http://box/files', '', 'file:', '/t/x/files'), number, number, hash)
  .map(([base, time, seq, end]) => {
    const stamp = `${String(time).padStart(10, '0')}_${seq}`
    return `${base}/snapshots/${'s'.repeat(43)}/${stamp}-${end}.snap`
  })

/** Mostly what is meant, now and then anything. */
function mostly<T>(meant: fc.Arbitrary<T>): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 9, arbitrary: meant }, anything)
}

function fields(model: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<unknown> {
  const entries = Object.entries(model).map(([name, value]) => [name, mostly(value)] as const)
  return fc.record(Object.fromEntries(entries), { requiredKeys: [] })
}

const message = fc
  .tuple(mostly(number), mostly(number), mostly(text), fc.array(anything, { maxLength: 3 }))
  .map(([time, seq, payload, rest]) => [time, seq, payload, ...rest])

const ticks = fields({ tick: number, delay: number, scale: number })

const ARGS: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  JOIN: fields({
    name: text,
    appId: text,
    persistentId: text,
    apiKey: text,
    version: fc.constant(1),
    url: text,
    user: anything,
    ticks,
    tove: text,
    leaveDelay: number,
    flags: fc.dictionary(text, fc.boolean()),
    heraldUrl: text,
  }),
  SEND: message,
  TUTTI: fc
    .tuple(number, number, anything, mostly(message), fc.boolean(), anything, text)
    .map((args) => args.slice(0, 7)),
  SNAP: fields({ time: number, seq: number, hash, url: snapshotUrl, dissident: fc.boolean() }),
  SAVE: fields({ persistTime: number, url: snapshotUrl, dissident: fc.boolean() }),
  TICKS: ticks,
}

/** A frame of a client that gets most of it right, as text. */
export const frame: fc.Arbitrary<string> = fc
  .oneof({ weight: 20, arbitrary: fc.constantFrom(...ACTIONS) }, text)
  .chain((action) =>
    fc.record({
      id: mostly(text),
      action: fc.constant(action),
      args: mostly((Object.hasOwn(ARGS, action) && ARGS[action]) || anything),
      tags: fc.option(mostly(fields({ debounce: number, msgID: text })), { nil: undefined }),
    }),
  )
  .map((envelope) => JSON.stringify(envelope))
