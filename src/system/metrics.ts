import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

/** Upper bounds of the latency histogram, ms: each a third above the one before. */
const LATENCY_BUCKETS_MS = [8, 10, 13, 17, 22, 29, 38, 50, 66, 87, 115, 153, 203, 270, 360]

/** The box's metrics in Prometheus' terms, under the names that dashboards of the reference know. */
export function createMetrics() {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers })
  const counter = (name: string, help: string) => new Counter({ name, help, registers })
  const connections = gauge('reflector_connections', 'Open web sockets')
  const sessions = gauge('reflector_sessions', 'Running sessions')
  const messages = counter('reflector_messages', 'Messages reflected')
  const ticks = counter('reflector_ticks', 'Ticks made')
  const latency = new Histogram({
    name: 'reflector_latency',
    help: "Clients' round trips, ms",
    buckets: LATENCY_BUCKETS_MS,
    registers,
  })
  return {
    connectionOpened: () => connections.inc(),
    connectionClosed: () => connections.dec(),
    sessionOpened: () => sessions.inc(),
    sessionClosed: () => sessions.dec(),
    messagesReflected: (count: number) => messages.inc(count),
    ticked: () => ticks.inc(),
    latency: (ms: number) => latency.observe(ms),
    /** The exposition text and its content type. */
    expose: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
  }
}
