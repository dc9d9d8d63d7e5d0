import { createServer } from 'node:http'
import { type WebSocket, WebSocketServer } from 'ws'

/** A session's first seq. */
const FIRST_SEQ = 0xfffffff0

interface Joined {
  readonly ticks?: { readonly tick: number }
}

/** Everyone under one session id. */
interface PlainSession {
  readonly members: Set<WebSocket>
  readonly messages: unknown[]
  readonly startedAt: number
  ticker: NodeJS.Timeout | undefined
  seq: number
}

/**
 * The least that a reflector can do: what the box's bench is tried against. It keeps everything in memory.
 * @param isMute whether it takes messages and reflects none
 */
function servePlainReflector(port: number, isMute: boolean): void {
  const sessions = new Map<string, PlainSession>()
  const http = createServer()
  new WebSocketServer({ server: http, perMessageDeflate: false }).on(
    'connection',
    (socket, { url = '' }) => {
      const id = url.slice(url.lastIndexOf('/') + 1)
      const session = sessions.get(id) ?? newSession()
      sessions.set(id, session)
      socket.on('message', (data) => {
        const { action, args } = JSON.parse(String(data)) as { action: string; args: unknown }
        if (action === 'JOIN') join(id, session, socket, args as Joined)
        if (action === 'SEND' && !isMute) reflect(id, session, args as unknown[])
      })
      socket.on('close', () => {
        session.members.delete(socket)
        if (session.members.size > 0) return
        clearInterval(session.ticker)
        sessions.delete(id)
      })
    },
  )
  http.listen(port, '127.0.0.1')
}

function newSession(): PlainSession {
  return {
    members: new Set(),
    messages: [],
    startedAt: performance.now(),
    ticker: undefined,
    seq: FIRST_SEQ,
  }
}

function join(id: string, session: PlainSession, socket: WebSocket, { ticks }: Joined): void {
  const { seq, messages } = session
  const sync = { url: '', time: timeOf(session), seq, timeline: id, messages }
  socket.send(JSON.stringify({ id, action: 'SYNC', args: sync }))
  session.members.add(socket)
  session.ticker ??= setInterval(() => {
    tell(session, { id, action: 'TICK', args: timeOf(session) })
  }, ticks?.tick)
}

function reflect(id: string, session: PlainSession, [, , ...rest]: unknown[]): void {
  session.seq = (session.seq + 1) >>> 0
  const message = [timeOf(session), session.seq, ...rest]
  session.messages.push(message)
  tell(session, { id, action: 'RECV', args: message })
}

function tell({ members }: PlainSession, envelope: unknown): void {
  const text = JSON.stringify(envelope)
  for (const member of members) member.send(text)
}

function timeOf({ startedAt }: PlainSession): number {
  return Math.floor(performance.now() - startedAt)
}

const [port, voice] = process.argv.slice(2)
servePlainReflector(Number(port), voice === 'mute')
