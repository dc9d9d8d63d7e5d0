import { join, joinFrame } from '../../bench/session-client.ts'
import { clientFrame, WebSocketClient } from '../../bench/web-socket.ts'
import { randomSessionId } from '../support/raw-client.ts'
import type { AbuseReport, AbuseTarget } from './abuse.ts'

const BEAT_MS = 10
const TICK_MS = 1000
const PAYLOAD = 'x'.repeat(100)

/** One member that sends `amount` messages a second, or as many as its socket takes. */
export async function flood({ port, amount }: AbuseTarget): Promise<() => AbuseReport> {
  const sessionId = randomSessionId()
  const report = { offered: 0, sent: 0, heard: 0, closed: 0 }
  const client = await WebSocketClient.open(port, sessionId, '127.0.2.1')
  await join(client, joinFrame(sessionId, 'flood', TICK_MS))
  client.onFrame = () => {
    report.heard += 1
  }
  client.socket.on('close', () => {
    report.closed += 1
  })
  const args = [0, 0, PAYLOAD]
  const frame = clientFrame(JSON.stringify({ id: sessionId, action: 'SEND', args }))
  const perBeat = Math.ceil((amount * BEAT_MS) / 1000)
  const burst = Buffer.concat(Array(perBeat).fill(frame))
  setInterval(() => {
    report.offered += perBeat
    if (client.socket.writableNeedDrain || client.socket.destroyed) return
    client.send(burst)
    report.sent += perBeat
  }, BEAT_MS)
  return () => report
}
