import { join, joinFrame } from '../../bench/session-client.ts'
import { clientFrame, WebSocketClient } from '../../bench/web-socket.ts'
import { randomSessionId } from '../support/raw-client.ts'
import type { AbuseReport, AbuseTarget } from './abuse.ts'

const BEAT_MS = 20
const TICK_MS = 1000
/** What their session has to say: 2 MB/s, half of what one connection may send. */
const PAYLOAD = 'x'.repeat(40_000)
const FROM = '127.0.3.1'

/** Members of a session with much to hear that read nothing of it. */
export async function slowReaders({ port, amount }: AbuseTarget): Promise<() => AbuseReport> {
  const sessionId = randomSessionId()
  const report = { joined: 0, closed: 0 }
  for (let index = 0; index < amount; index += 1) {
    const client = await WebSocketClient.open(port, sessionId, FROM)
    await join(client, joinFrame(sessionId, `slow ${index}`, TICK_MS))
    report.joined += 1
    client.socket.pause()
    watch(client, () => {
      report.closed += 1
    })
  }
  const talker = await WebSocketClient.open(port, sessionId, FROM)
  await join(talker, joinFrame(sessionId, 'talker', TICK_MS))
  const args = [0, 0, PAYLOAD]
  const frame = clientFrame(JSON.stringify({ id: sessionId, action: 'SEND', args }))
  setInterval(() => talker.send(frame), BEAT_MS)
  return () => report
}

/** A socket that is not read from does not notice that the box has cut it, unless it writes. */
function watch({ socket }: WebSocketClient, onGone: () => void): void {
  const pulse = clientFrame('{"action":"PULSE"}')
  const timer = setInterval(() => socket.write(pulse), 1000)
  socket.on('error', () => socket.destroy())
  socket.on('close', () => {
    clearInterval(timer)
    onGone()
  })
}
