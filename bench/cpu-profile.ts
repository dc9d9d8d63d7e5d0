import { fileURLToPath } from 'node:url'

const PROJECT = new URL('../', import.meta.url).href
/** What V8 calls the time in which there was nothing to do. */
const IDLE = '(idle)'

/** What of a `.cpuprofile` is looked at. Times are in µs, of the machine's monotonic clock. */
export interface CpuProfile {
  readonly nodes: ReadonlyArray<{ readonly id: number; readonly callFrame: CallFrame }>
  readonly startTime: number
  /** id of the node that was on top, at each sample */
  readonly samples: readonly number[]
  /** time since the sample before */
  readonly timeDeltas: readonly number[]
}

interface CallFrame {
  readonly functionName: string
  readonly url: string
  /** from 0 on; -1 for what is no JavaScript */
  readonly lineNumber: number
}

/** How long a function was on top of the stack. */
export interface SelfTime {
  readonly name: string
  /** file and line, or nothing for what is no JavaScript */
  readonly place: string
  readonly ms: number
}

/**
 * The functions that ran within a span of time, those that took most first; without idling.
 * @param span µs of the monotonic clock
 */
export function selfTimes(
  { nodes, startTime, samples, timeDeltas }: CpuProfile,
  span: { readonly from: number; readonly to: number },
): readonly SelfTime[] {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]))
  const times = new Map<string, SelfTime>()
  let now = startTime
  for (const [index, id] of samples.entries()) {
    now += timeDeltas[index] ?? 0
    const frame = frames.get(id)
    if (now < span.from || now > span.to || !frame || frame.functionName === IDLE) continue
    const { functionName, place } = { ...frame, place: placeOf(frame) }
    const key = `${functionName} ${place}`
    const ms = (times.get(key)?.ms ?? 0) + (timeDeltas[index + 1] ?? 0) / 1000
    times.set(key, { name: functionName || '(anonymous)', place, ms })
  }
  return [...times.values()].sort((a, b) => b.ms - a.ms)
}

function placeOf({ url, lineNumber }: CallFrame): string {
  if (url === '') return ''
  const path = url.startsWith(PROJECT)
    ? url.slice(PROJECT.length)
    : url.startsWith('file:')
      ? fileURLToPath(url)
      : url
  return `${path}:${lineNumber + 1}`
}
