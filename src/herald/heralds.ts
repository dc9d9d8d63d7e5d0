import { lookup } from 'node:dns/promises'
import type { AllowedHost } from './allowed-hosts.ts'
import { FailureLog, type HeraldLog } from './failure-log.ts'
import { HeraldError, type HeraldOutcome } from './herald-error.ts'
import { encodeNews, type HeraldNews, mergeNews } from './herald-news.ts'
import { postToHerald } from './herald-post.ts'
import {
  addressesOf,
  type HeraldTarget,
  hostOf,
  parseTarget,
  type Resolve,
} from './herald-target.ts'

/** A call takes no longer, from the lookup of the name to the answer (ms). */
const CALL_MS = 5000
/** Each may take one of the process's threads while its name is looked up, and files need those, too. */
const MOST_CALLS = 4
/** Sessions whose news wait for a call. More are dropped. */
const MOST_WAITING = 1000

export interface HeraldsParts {
  /** empty: nobody is called, and clients are told nothing of it */
  readonly allowed: readonly AllowedHost[]
  readonly clock: { now(): number; wallTime(): number }
  readonly log: HeraldLog
  readonly onOutcome: (outcome: HeraldOutcome | 'told') => void
  readonly resolve?: Resolve
  readonly callMs?: number
}

/** Why a herald was not told, in words for users. */
interface Failure {
  readonly text: string
  readonly level: 'warning' | 'error'
}

interface Call {
  readonly sessionId: string
  readonly target: HeraldTarget
  readonly news: HeraldNews
  /** ms since 1970 */
  readonly time: number
  readonly onFailure: (failure: Failure) => void
}

/**
 * Tells servers that clients name who is in their session. One call a session at a time: what comes
 * meanwhile is put together and told next. What fails is not tried again.
 */
export class Heralds {
  readonly #parts: HeraldsParts
  readonly #resolve: Resolve
  readonly #failures: FailureLog
  /** by session id; first come, first served */
  readonly #waiting = new Map<string, Call>()
  /** by session id, with the call that comes after it */
  readonly #underWay = new Map<string, Call | undefined>()
  /** calls that have no answer yet, and how to stop them */
  readonly #running = new Map<Promise<void>, AbortController>()
  #isClosed = false

  constructor(parts: HeraldsParts) {
    this.#parts = parts
    this.#resolve = parts.resolve ?? ((hostname) => lookup(hostname, { all: true }))
    this.#failures = new FailureLog(parts.log, () => parts.clock.now())
  }

  /** Returns at once. @param onFailure called, perhaps at once, if the herald could not be told */
  tell(sessionId: string, news: HeraldNews, onFailure: (failure: Failure) => void): void {
    const { allowed, clock } = this.#parts
    if (allowed.length === 0 || this.#isClosed) return
    try {
      const target = parseTarget(news.url, allowed)
      this.#add({ sessionId, target, news, time: clock.wallTime(), onFailure })
    } catch (error) {
      this.#failed(news.url, error, onFailure)
    }
  }

  /** Gives up what waits or is under way. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#waiting.clear()
    for (const stop of this.#running.values()) stop.abort()
    await Promise.all(this.#running.keys())
  }

  #add(call: Call): void {
    const { sessionId } = call
    const isUnderWay = this.#underWay.has(sessionId)
    const older = isUnderWay ? this.#underWay.get(sessionId) : this.#waiting.get(sessionId)
    const whole = older ? { ...call, news: mergeNews(older.news, call.news) } : call
    if (isUnderWay) {
      this.#underWay.set(sessionId, whole)
      return
    }
    if (!older && this.#waiting.size >= MOST_WAITING) {
      throw new HeraldError('dropped', 'the box has too many others to tell')
    }
    this.#waiting.set(sessionId, whole)
    this.#next()
  }

  #next(): void {
    const [call] = this.#waiting.values()
    if (!call || this.#underWay.size >= MOST_CALLS) return
    this.#waiting.delete(call.sessionId)
    this.#underWay.set(call.sessionId, undefined)
    const stop = new AbortController()
    const timer = setTimeout(() => stop.abort(), this.#parts.callMs ?? CALL_MS)
    const running = this.#run(call, stop.signal).finally(() => {
      clearTimeout(timer)
      this.#running.delete(running)
    })
    this.#running.set(running, stop)
  }

  async #run(call: Call, signal: AbortSignal): Promise<void> {
    const { sessionId, target, news, time, onFailure } = call
    const lookedUp = addressesOf(target, this.#resolve)
    try {
      const addresses = await Promise.race([lookedUp, rejectedBy(signal)])
      await postToHerald(target.url, addresses, encodeNews(sessionId, news, time), signal)
      this.#parts.onOutcome('told')
    } catch (error) {
      if (!this.#isClosed) this.#failed(target.url.href, error, onFailure)
    }
    // A lookup cannot be called off: until it ends, it has its thread.
    const ended = () => this.#ended(sessionId)
    lookedUp.then(ended, ended)
  }

  #ended(sessionId: string): void {
    const after = this.#underWay.get(sessionId)
    this.#underWay.delete(sessionId)
    if (after) this.#waiting.set(sessionId, after)
    if (!this.#isClosed) this.#next()
  }

  #failed(url: string, cause: unknown, onFailure: (failure: Failure) => void): void {
    const error = cause instanceof HeraldError ? cause : new HeraldError('failed', wordsFor(cause))
    const host = hostOf(url)
    this.#parts.onOutcome(error.outcome)
    this.#failures.add(host, error.outcome, error.message)
    const text = `The herald ${host} was not told who is here: ${error.message}.`
    onFailure({ text, level: error.level })
  }
}

function rejectedBy(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason))
  })
}

/** What a lookup or a connection failed with, in words for users. */
function wordsFor(cause: unknown): string {
  const { name, code } = cause as NodeJS.ErrnoException
  if (name === 'AbortError') return 'it did not answer in time'
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'its name is not known here'
  return `it cannot be reached (${code ?? name})`
}
