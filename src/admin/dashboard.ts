import type { FastifyInstance } from 'fastify'
import type { TurnedAway } from '../access/turned-away.ts'
import { type ActionRoutesOptions, actionRoutes } from './action-routes.ts'
import { type BackupRoutesOptions, backupRoutes } from './backup-routes.ts'
import { boxRoutes } from './box-routes.ts'
import type { Chronicle } from './chronicle.ts'
import { DownloadTickets } from './download-tickets.ts'
import { eventRoutes } from './event-routes.ts'
import { HealthMeter, type HealthParts } from './health.ts'
import type { LogTail } from './log-tail.ts'
import type { NoteAction, SessionDesk, StoreDesk, Timers } from './ports.ts'
import { RateMeter } from './rates.ts'
import { sessionRoutes } from './session-routes.ts'
import { turnedAwayRoutes } from './turned-away-routes.ts'
import { Viewers } from './viewers.ts'

export interface DashboardParts
  extends Omit<HealthParts, 'desk' | 'store'>,
    Pick<BackupRoutesOptions, 'startBackup'>,
    Pick<ActionRoutesOptions, 'missing'> {
  readonly desk: SessionDesk
  readonly store: StoreDesk
  readonly chronicle: Chronicle
  readonly turnedAway: TurnedAway
  readonly tail: LogTail
  readonly timers: Timers
}

/** What whoever runs the box sees of it and does to it. It measures nothing while nobody looks. */
export class Dashboard {
  readonly #parts: DashboardParts
  readonly #rates: RateMeter
  readonly #health: HealthMeter
  readonly #viewers: Viewers

  constructor(parts: DashboardParts) {
    const { desk, chronicle, turnedAway, tail, timers, clock } = parts
    this.#parts = parts
    this.#rates = new RateMeter(() => clock.wallTime())
    this.#health = new HealthMeter(parts)
    const measured = { rates: this.#rates, health: this.#health }
    this.#viewers = new Viewers({ desk, chronicle, turnedAway, tail, timers, ...measured })
    chronicle.onChange = (sessionId) => this.#changed(sessionId)
  }

  /** Its part of the API. Whoever asks was found to be an admin at the door. */
  async routes(
    app: FastifyInstance,
    { note, passOf }: { readonly note: NoteAction } & Pick<BackupRoutesOptions, 'passOf'>,
  ): Promise<void> {
    const { desk, store, chronicle, turnedAway, tail, missing, startBackup, clock } = this.#parts
    const wallTime = () => clock.wallTime()
    app.addHook('onRequest', async (_request, reply) => {
      reply.header('cache-control', 'no-store')
    })
    await app.register(sessionRoutes, { desk, store, chronicle, rates: this.#rates, wallTime })
    await app.register(actionRoutes, { desk, store, missing, note })
    await app.register(boxRoutes, { health: this.#health, store, tail, note })
    await app.register(turnedAwayRoutes, { turnedAway, note })
    const tickets = new DownloadTickets(() => clock.now())
    await app.register(backupRoutes, { startBackup, wallTime, note, passOf, tickets })
    await app.register(eventRoutes, {
      viewers: this.#viewers,
      isGood: (request) => passOf(request).isGood(),
    })
  }

  #changed(sessionId: string): void {
    if (!this.#parts.desk.session(sessionId)) this.#rates.forget(sessionId)
    this.#viewers.noteChange(sessionId)
  }
}
