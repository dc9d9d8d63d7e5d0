import { WebSocketClient } from '../../bench/web-socket.ts'
import { randomSessionId } from '../support/raw-client.ts'
import type { AbuseReport, AbuseTarget } from './abuse.ts'

/** They come from so many addresses, in turn, and so many at a time. */
const ADDRESSES = 50
const AT_A_TIME = 50

/** Connections that never join. */
export async function idleCrowd({ port, amount }: AbuseTarget): Promise<() => AbuseReport> {
  const report = { opened: 0, refused: 0, closed: 0 }
  let next = 0
  const openOne = async (index: number) => {
    const from = `127.0.1.${1 + (index % ADDRESSES)}`
    try {
      const client = await WebSocketClient.open(port, randomSessionId(), from)
      report.opened += 1
      client.socket.on('close', () => {
        report.closed += 1
      })
    } catch {
      report.refused += 1
    }
  }
  const openMany = async () => {
    while (next < amount) await openOne(next++)
  }
  await Promise.all(Array.from({ length: AT_A_TIME }, openMany))
  return () => report
}
