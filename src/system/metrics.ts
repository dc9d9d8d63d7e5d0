import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

/** Upper bounds of the latency histogram, ms: each a third above the one before. */
const LATENCY_BUCKETS_MS = [8, 10, 13, 17, 22, 29, 38, 50, 66, 87, 115, 153, 203, 270, 360]

/** What a running session keeps: the messages since its snapshot, and what there is beside them. */
interface SessionCost {
  readonly messages: number
  readonly bytes: number
  readonly besideBytes: number
}

/** How much of hosted apps is kept. */
interface AppTotals {
  readonly apps: number
  readonly releases: number
  readonly bytes: number
}

/**
 * The box's metrics in Prometheus' terms, under the names that dashboards of the reference know.
 * @param costs of all running sessions, asked for whenever somebody reads the metrics, as is what follows
 * @param logLinesLeftOut since the start
 */
export function createMetrics(
  costs: () => Iterable<SessionCost>,
  appTotals: () => AppTotals,
  logLinesLeftOut: () => number,
) {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers })
  const counter = (name: string, help: string) => new Counter({ name, help, registers })
  const connections = gauge('reflector_connections', 'Open web sockets')
  const sessions = gauge('reflector_sessions', 'Running sessions')
  const messages = counter('reflector_messages', 'Messages reflected')
  const ticks = counter('reflector_ticks', 'Ticks made')
  const requests = counter('reflector_snapshot_requests', 'Requests for a snapshot')
  const snapshots = counter('reflector_snapshots', 'Snapshots taken')
  const heralds = new Counter({
    name: 'reflector_heralds',
    help: 'News of users for heralds, by what became of them',
    labelNames: ['outcome'],
    registers,
  })
  const viewerMessages = counter(
    'box_viewer_messages_dropped_total',
    'Messages of viewers, who may send none',
  )
  const latency = new Histogram({
    name: 'reflector_latency',
    help: "Clients' round trips, ms",
    buckets: LATENCY_BUCKETS_MS,
    registers,
  })
  addHistoryGauges(registry, costs)
  addAppGauges(registry, appTotals)
  addLogCounter(registry, logLinesLeftOut)
  return {
    limitBreached: breachCounter(registry),
    connectionOpened: () => connections.inc(),
    connectionClosed: () => connections.dec(),
    sessionOpened: () => sessions.inc(),
    sessionClosed: () => sessions.dec(),
    messagesReflected: (count: number) => messages.inc(count),
    ticked: () => ticks.inc(),
    snapshotRequested: () => requests.inc(),
    snapshotTaken: () => snapshots.inc(),
    /** @param outcome told, failed, refused or dropped */
    heralded: (outcome: string) => heralds.inc({ outcome }),
    viewerMessageDropped: () => viewerMessages.inc(),
    latency: (ms: number) => latency.observe(ms),
    /** The exposition text and its content type. */
    expose: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
  }
}

/** Counts what was refused or held up because of a limit, by the limit's name. */
function breachCounter(registry: Registry): (limit: string) => void {
  const counter = new Counter({
    name: 'box_limit_breaches_total',
    help: 'What was refused or held up because of a limit',
    labelNames: ['limit'],
    registers: [registry],
  })
  return (limit) => counter.inc({ limit })
}

/** Counts what the log did not take (LOG4). */
function addLogCounter(registry: Registry, linesLeftOut: () => number): void {
  const counter: Counter = new Counter({
    name: 'box_log_lines_left_out_total',
    help: 'Lines that were left out since the log takes no more at a time',
    registers: [registry],
    collect: () => {
      counter.reset()
      counter.inc(linesLeftOut())
    },
  })
}

function addAppGauges(registry: Registry, appTotals: () => AppTotals): void {
  const add = (name: string, help: string, what: keyof AppTotals) => {
    const collect = () => gauge.set(appTotals()[what])
    const gauge: Gauge = new Gauge({ name, help, registers: [registry], collect })
  }
  add('box_apps', 'Hosted apps', 'apps')
  add('box_app_releases', 'Releases of hosted apps that are kept', 'releases')
  add('box_app_bytes', 'Bytes of all releases of hosted apps', 'bytes')
}

/** What all running sessions keep since their snapshots, and the dearest join among them. */
function addHistoryGauges(registry: Registry, costs: () => Iterable<SessionCost>): void {
  const add = (name: string, help: string, read: (costs: readonly SessionCost[]) => number) => {
    const collect = () => gauge.set(read([...costs()]))
    const gauge: Gauge = new Gauge({ name, help, registers: [registry], collect })
  }
  const total = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0)
  const most = (counts: readonly number[]) => counts.reduce((max, count) => Math.max(max, count), 0)
  for (const what of ['messages', 'bytes'] as const) {
    const since = `${what} since the last snapshot`
    add(`reflector_history_${what}`, `All sessions' ${since}`, (costs) =>
      total(costs.map((cost) => cost[what])),
    )
    add(`reflector_join_${what}_max`, `The dearest join: a session's ${since}`, (costs) =>
      most(costs.map((cost) => cost[what])),
    )
  }
  const beside =
    'Bytes that all sessions keep beside their histories: users, votes, what is held back'
  add('reflector_beside_bytes', beside, (costs) =>
    total(costs.map(({ besideBytes }) => besideBytes)),
  )
}
