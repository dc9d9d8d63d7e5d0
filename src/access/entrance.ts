import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { sessionIdOf } from '../protocol/session-id.ts'
import { credentialsOf } from './credential.ts'
import type { Answer, Door, Visit } from './door.ts'
import { plainAddress } from './networks.ts'
import type { Pass } from './pass.ts'
import type { Log, Whereabouts } from './ports.ts'
import { closeReason, type Refusal } from './refusal.ts'
import type { TurnedAway } from './turned-away.ts'

type Accept = (request: IncomingMessage, socket: Duplex, head: Buffer, pass: Pass) => void

type Refuse = (request: IncomingMessage, socket: Duplex, head: Buffer, refusal: Refusal) => void

export interface EntranceParts {
  readonly door: Door
  readonly whereabouts: Whereabouts
  readonly log: Log
  /** how many may wait at a time until their token is checked */
  readonly mostWaiting: number
  /** told of each that is refused for something that can be mended */
  readonly turnedAway: Pick<TurnedAway, 'note'>
  /** told of each that came when so many waited, with its address */
  readonly onTooMany: (address: string) => void
  /** takes over who was let in */
  readonly accept: Accept
  /** answers whoever is not let in, and hangs up */
  readonly refuse: Refuse
}

const TOO_MANY: Refusal = {
  statusCode: 503,
  message: 'too many people are coming in at the same time: try again soon',
  page: 'refused',
}
const OTHER_SESSION: Refusal = {
  statusCode: 403,
  message: 'your link or token is for another session',
  page: 'refused',
  closeReason: closeReason(
    'Your link or token is for another session. Ask its sender for a new one.',
  ),
  cause: {
    why: 'Their link or token is for another session.',
    remedy: 'Send them a link for this session, or one that is for no session in particular.',
  },
}

/** Lets web sockets in, before the upgrade is answered. */
export class Entrance {
  readonly #parts: EntranceParts
  /** whose token is being checked; what they send stays in their sockets */
  readonly #waiting = new Set<Duplex>()
  #isClosed = false

  constructor(parts: EntranceParts) {
    this.#parts = parts
  }

  handle(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // The client may be gone by now, and its address with it.
    if (this.#isClosed || request.socket.remoteAddress === undefined) {
      socket.destroy()
      return
    }
    const visit = this.#visitOf(request)
    const conclude = (answer: Answer) => this.#conclude(answer, request, socket, head)
    if (visit.credentials.length > 0 && this.#waiting.size >= this.#parts.mostWaiting) {
      this.#parts.onTooMany(plainAddress(visit.address))
      this.#refuse(request, socket, head, TOO_MANY)
      return
    }
    const answer = this.#answerTo(visit)
    if (answer instanceof Promise) void this.#wait(answer, socket, conclude)
    else conclude(answer)
  }

  /** Hangs up on those who wait, and on all who come. */
  close(): void {
    this.#isClosed = true
    for (const socket of this.#waiting) socket.destroy()
  }

  #visitOf(request: IncomingMessage): Visit {
    const { whereabouts } = this.#parts
    return {
      address: whereabouts.clientAddress(request),
      hosts: whereabouts.hosts(request),
      credentials: credentialsOf(request.url ?? '/', request.headers),
      origin: request.headers.origin,
      publicUrl: () => whereabouts.publicUrl(request),
    }
  }

  #answerTo(visit: Visit): Answer | Promise<Answer> {
    const { door } = this.#parts
    const refusal = door.refusalOfOrigin(visit)
    if (refusal) return { tag: 'refused', refusal, staleCookies: [] }
    return door.admit(visit, 'visitors')
  }

  async #wait(
    answer: Promise<Answer>,
    socket: Duplex,
    conclude: (answer: Answer) => void,
  ): Promise<void> {
    this.#waiting.add(socket)
    socket.on('error', hangUp)
    try {
      const settled = await answer
      if (!socket.destroyed) conclude(settled)
    } catch (err) {
      this.#parts.log.error({ scope: 'process', event: 'door-failed', err }, 'a visit failed')
      socket.destroy()
    } finally {
      socket.off('error', hangUp)
      this.#waiting.delete(socket)
    }
  }

  #conclude(answer: Answer, request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (answer.tag === 'refused') {
      this.#refuse(request, socket, head, answer.refusal)
      return
    }
    const { pass } = answer
    const [path = ''] = (request.url ?? '/').split('?', 1)
    const isElsewhere = pass.sessionId !== undefined && pass.sessionId !== sessionIdOf(path)
    if (isElsewhere) this.#refuse(request, socket, head, OTHER_SESSION)
    else this.#parts.accept(request, socket, head, pass)
  }

  #refuse(request: IncomingMessage, socket: Duplex, head: Buffer, refusal: Refusal): void {
    const { whereabouts, turnedAway, refuse } = this.#parts
    const { cause } = refusal
    if (cause) {
      const { origin, 'user-agent': userAgent } = request.headers
      const address = plainAddress(whereabouts.clientAddress(request))
      turnedAway.note({ address, origin, app: undefined, userAgent, asked: 'session', cause })
    }
    refuse(request, socket, head, refusal)
  }
}

function hangUp(this: Duplex): void {
  this.destroy()
}
