import type { Axis } from './chart.ts'
import type { ContenderName } from './contender.ts'
import { generate } from './generator.ts'
import { closedLoop, openLoop } from './step.ts'
import type { Target } from './target.ts'

/** Messages/s of a session in which people do things together. */
export const SESSION_RATE = 20
/** A small session, and the messages/s of each who is in it. */
export const SMALL_SESSION = { clients: 3, rate: 10 }
const IN_FLIGHT = 32
const PAYLOAD = { tick: 50, payload: 200 }
/** Who join a long history at once. */
const JOINERS = 10

export type CurveName = 'clients' | 'sessions' | 'history'

/** What one size of the work costs, by series. */
export interface Sample {
  readonly costs: Readonly<Record<string, number>>
  /** false if the server could not keep up: its costs are those of a server that is too busy */
  readonly isSustained: boolean
}

/** One size on one curve, in one round. */
export interface GrowthTrial {
  readonly contender: ContenderName
  readonly curve: CurveName
  readonly size: number
  readonly sample: Sample
}

/** How a cost grows with one measure of the work. */
export interface Curve {
  readonly name: CurveName
  readonly title: string
  readonly x: Axis
  readonly y: Axis
  readonly sizes: readonly number[]
  measure(target: Target, size: number, seconds: number): Promise<Sample>
}

export const SATURATED = 'as many messages as go through'
export const STEADY = `${SESSION_RATE} messages/s`
export const SMALL = `${SMALL_SESSION.clients} clients each, of ${SMALL_SESSION.rate} messages/s`

/** People in one session. */
export const clientsCurve: Curve = {
  name: 'clients',
  title: 'One session: what a delivery costs',
  x: { label: 'clients in the session', scale: 'logarithmic' },
  y: { label: 'CPU per delivery (µs)', scale: 'logarithmic' },
  sizes: [10, 30, 100, 300, 1000],
  async measure(target, clients, seconds) {
    const steps = [openLoop(SESSION_RATE, seconds), closedLoop(IN_FLIGHT, seconds)].join(',')
    const result = await generate('run', target, { sessions: 1, clients, steps, ...PAYLOAD })
    const [steady, saturated] = result.steps
    return {
      costs: {
        [STEADY]: steady?.cpuUsPerDelivery ?? Number.NaN,
        [SATURATED]: saturated?.cpuUsPerDelivery ?? Number.NaN,
      },
      isSustained: steady?.sustained ?? false,
    }
  },
}

/** Sessions at a time. */
export const sessionsCurve: Curve = {
  name: 'sessions',
  title: 'Many sessions: what a message costs, with its deliveries and ticks',
  x: { label: 'sessions', scale: 'logarithmic' },
  y: { label: 'CPU per message (µs)', scale: 'logarithmic' },
  sizes: [1, 10, 100, 300, 1000, 2000],
  async measure(target, sessions, seconds) {
    const { clients, rate } = SMALL_SESSION
    const steps = openLoop(sessions * clients * rate, seconds)
    const load = { sessions, clients, retries: 0, steps, ...PAYLOAD }
    const result = await generate('run', target, load)
    const [step] = result.steps
    return {
      costs: { [SMALL]: step?.cpuUsPerMessage ?? Number.NaN },
      isSustained: step?.sustained === true && result.live === sessions * clients,
    }
  },
}

/** Messages that a joiner has to be told. */
export const historyCurve: Curve = {
  name: 'history',
  title: `A long history: what it costs to join (${JOINERS} at once)`,
  x: { label: 'messages since the last snapshot', scale: 'linear' },
  y: { label: 'per join (ms)', scale: 'linear' },
  sizes: [0, 1000, 10_000, 30_000, 100_000],
  async measure(target, messages) {
    const load = { messages, joiners: JOINERS, bystanders: 1, base: 0, ...PAYLOAD }
    const result = await generate('join', target, load)
    return {
      costs: { CPU: result.cpuMsPerJoin, 'until SYNC is there': result.syncMsP50 },
      isSustained: result.messages === messages && result.synced === JOINERS,
    }
  },
}
