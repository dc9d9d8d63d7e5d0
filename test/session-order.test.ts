import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Json } from '../src/protocol/messages.ts'
import { INITIAL_SEQ } from '../src/protocol/seq.ts'
import type { StoredSession } from '../src/session/record.ts'
import { Stage, type StageMember } from './support/stage.ts'

/** A message as members get it. */
type Received = [time: number, seq: number, ...rest: Json[]]

const MEMBERS = ['a', 'b', 'c', 'd', 'e']

const who = fc.constantFrom(...MEMBERS)
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ what: fc.constant('send' as const), who }) },
  { weight: 3, arbitrary: fc.record({ what: fc.constant('wait' as const), ms: fc.nat(400) }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('join' as const), who }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('leave' as const), who }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('stall' as const), who }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('vote' as const), who }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('snap' as const), who }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('delay' as const), who, ms: fc.nat(60) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      what: fc.constant('scale' as const),
      who,
      by: fc.double({ min: 0.1, max: 8, noNaN: true }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('store and restore' as const) }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('crash and restore' as const) }) },
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

/** Plays steps; connections have fresh names, so that one who comes back is another connection. */
class Play {
  stage = new Stage()
  /** every message that was reflected, in the order in which it first reached anybody */
  readonly order: Received[] = []
  readonly #present = new Map<string, string>()
  #count = 0

  run(steps: readonly Step[]): void {
    this.#join('a')
    for (const each of steps) this.#step(each)
    this.stage.advanceTo(this.stage.now + 5000)
    for (const name of [...this.#present.keys()]) this.#leave(name)
  }

  #step(each: Step): void {
    if (each.what === 'wait') this.stage.advanceTo(this.stage.now + each.ms)
    else if (each.what === 'store and restore') this.#restore(true)
    else if (each.what === 'crash and restore') this.#restore(false)
    else if (each.what === 'join') this.#join(each.who)
    else if (each.what === 'leave') this.#leave(each.who)
    else {
      const name = this.#present.get(each.who)
      if (name) this.#say(each, name)
    }
  }

  #say(each: Extract<Step, { who: string }>, name: string): void {
    const { stage } = this
    const say = (action: string, args: Json) => stage.say(name, JSON.stringify({ action, args }))
    const time = stage.session.state(stage.now).time
    this.#count += 1
    if (each.what === 'send') say('SEND', [0, 0, `${name}/${this.#count}`])
    if (each.what === 'vote') say('TUTTI', [time, 0, name, null, true, null, `t@${time}`])
    if (each.what === 'delay') say('TICKS', { tick: 50, delay: each.ms })
    if (each.what === 'scale') say('TICKS', { scale: each.by })
    if (each.what === 'stall') {
      const member = stage.member(name)
      member.isCaughtUp = !member.isCaughtUp
    }
    if (each.what === 'snap') {
      const newest = messagesOf(stage.member(name)).at(-1)
      if (newest)
        say('SNAP', { time: newest[0], seq: newest[1], hash: 'h', url: `snap${newest[1]}` })
    }
  }

  #join(who: string): void {
    if (this.#present.has(who)) return
    this.#count += 1
    const name = `${who}${this.#count}`
    this.#present.set(who, name)
    this.stage.join(name, { ticks: { tick: 50 }, leaveDelay: 100 })
  }

  #leave(who: string): void {
    const name = this.#present.get(who)
    if (!name) return
    this.#present.delete(who)
    this.stage.leave(name)
    check(this.stage.member(name), this.order)
  }

  /** Everybody is gone, and a joiner restores what was stored: in order, or as a crash left it. */
  #restore(isInOrder: boolean): void {
    for (const name of [...this.#present.keys()]) this.#leave(name)
    const { stage } = this
    if (isInOrder) stage.session.settle(stage.now)
    const state = { ...stage.session.state(stage.now), time: stage.storedTime }
    const snapshot = stage.snapshots.at(-1)
    const all = stage.reflected
    const kept = snapshot ? all.slice(snapshot.position - (state.position - all.length)) : all
    const messages =
      kept.length > 0
        ? [{ first: state.position - kept.length + 1, count: kept.length, text: kept.join(',') }]
        : []
    const { presence } = stage
    const stored: StoredSession = { state, snapshot, messages, presence }
    this.stage = new Stage(JSON.parse(JSON.stringify(stored)))
    this.stage.now = stage.now + 1000
    this.stage.reflected.push(...kept)
    if (snapshot) this.stage.snapshots.push(snapshot)
    this.#join('a')
    const [sync = ''] = this.stage.member(this.#present.get('a') ?? '').frames
    expect(JSON.parse(sync).args.time).toBeGreaterThanOrEqual(stage.sentTime)
  }
}

function messagesOf(member: StageMember): Received[] {
  return member.frames.flatMap((text): Received[] => {
    const { action, args } = JSON.parse(text)
    return action === 'SYNC' ? args.messages : action === 'RECV' ? [args] : []
  })
}

/** One member saw a gapless stretch of the one order, at times that never go back. */
function check(member: StageMember, order: Received[]): void {
  const [first, ...rest] = member.frames.map((text) => JSON.parse(text))
  expect(first.action).toBe('SYNC')
  const { snapshotSeq = INITIAL_SEQ, snapshotTime = 0, time, seq, messages } = first.args
  expect(rest.every(({ action }) => action !== 'SYNC')).toBe(true)
  expect((seq - messages.length) >>> 0).toBe(snapshotSeq)
  let last = { seq: snapshotSeq, time: snapshotTime }
  for (const message of messagesOf(member)) {
    const index = (message[1] - INITIAL_SEQ - 1) >>> 0
    order[index] ??= message
    expect(message).toEqual(order[index])
    expect(message[1]).toBe((last.seq + 1) >>> 0)
    expect(message[0]).toBeGreaterThanOrEqual(last.time)
    last = { seq: message[1], time: message[0] }
  }
  let heard = time
  for (const { action, args } of rest) {
    if (action === 'REQU') continue
    const now = action === 'TICK' ? args : args[0]
    expect(now).toBeGreaterThanOrEqual(heard)
    heard = now
  }
}

it('[SEQ1] whatever members do, and however often the session is stored, all see one order', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => new Play().run(steps)),
    { numRuns: 300 },
  )
})
