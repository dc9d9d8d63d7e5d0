import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { RequestListener, Server } from 'node:http'
import { resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import type { Config } from './config.ts'
import { parseFileUrl } from './files/file-path.ts'
import type { FileStore } from './files/file-store.ts'
import { Heralds } from './herald/heralds.ts'
import type { AppParts } from './http/app.ts'
import { createPatientServer } from './http/patient-server.ts'
import type { Journal } from './journal/journal.ts'
import type { AnnouncedFile } from './reflector/ports.ts'
import { Reflector } from './reflector/reflector.ts'
import { StoreUnavailableError } from './session/session-store.ts'
import type { Storage } from './storage.ts'
import { isEverywhere, lanAddresses } from './system/addresses.ts'
import { SteadyClock, systemTimers } from './system/clock.ts'
import type { Listener } from './system/listener.ts'
import type { BoxLog } from './system/log.ts'
import { createMetrics } from './system/metrics.ts'
import { createProxies } from './system/proxies.ts'
import { Upkeep } from './upkeep.ts'

/** How long web sockets have the box for themselves when it starts (ms). */
const HEAD_START_MS = 30
/** HTTP requests that are still under way when the box stops may take this much longer (ms). */
const HTTP_DRAIN_MS = 1500
const TIMELINE_BYTES = 12

/** A running box. */
export interface Box {
  readonly port: number
  /** URLs by which others on its networks reach it, the likeliest first */
  readonly networkUrls: readonly string[]
  /** Drains: everything committed, all sockets closed with 4003. May be called twice. */
  close(): Promise<void>
}

/** What a box is opened with. It closes both, also if it cannot be opened. */
export interface BoxParts {
  readonly storage: Storage
  readonly listener: Listener
  /** told that the box can no longer keep its promises and has to stop */
  readonly onFailure: (error: unknown) => void
}

/**
 * Opens a box: from now on those who connect are answered.
 * @throws {Error} with a sentence for the person who starts it
 */
export async function openBox(
  config: Config,
  log: BoxLog,
  { storage, listener, onFailure }: BoxParts,
): Promise<Box> {
  const release: Array<() => Promise<void>> = [() => listener.close(), storage.close]
  const close = onlyOnce(() => undo(release))
  try {
    const { files, journal } = storage
    const metrics = createMetrics(() => reflector.joinCosts())
    const clock = new SteadyClock(
      () => performance.now(),
      (ms) => {
        log.warn(
          { scope: 'process', event: 'standstill', ms: Math.round(ms) },
          'the box stood still',
        )
      },
    )
    const stopHeartbeat = clock.startHeartbeat()
    release.push(async () => stopHeartbeat())
    const { heraldHosts: allowed } = config
    const herald = new Heralds({ allowed, clock, log, onOutcome: metrics.heralded })
    release.push(() => herald.close())
    const parts = { files, journal, herald, metrics, clock, onFailure }
    const reflector = createReflector(config, log, parts)
    const upkeep = createUpkeep(config, log, storage, reflector, clock)
    const routing = Promise.withResolvers<RequestListener>()
    routing.promise.catch(() => {})
    const server = createPatientServer(routing.promise)
    server.on('upgrade', (...request) => reflector.accept(...request))
    await storage.opened
    const { port } = listener
    release.push(() => closeServer(server))
    reflector.open()
    release.push(() => reflector.drain())
    await listener.handTo(server)
    // Those who come back after a restart get their sessions before the rest is even loaded.
    await delay(HEAD_START_MS)
    const networkUrls = () => urlsOnNetworks(config.host, port)
    const app = await createApp(config, log, { files, server, reflector, metrics, networkUrls })
    release.push(async () => app.close())
    await app.ready()
    routing.resolve(app.routing)
    upkeep.start()
    release.push(() => upkeep.stop())
    return { port, networkUrls: networkUrls(), close }
  } catch (error) {
    await close()
    throw error
  }
}

interface Parts {
  readonly files: FileStore
  readonly journal: Journal
  readonly metrics: ReturnType<typeof createMetrics>
}

interface ReflectorOnly {
  readonly herald: Heralds
  readonly clock: SteadyClock
  readonly onFailure: (error: unknown) => void
}

function createReflector(config: Config, log: BoxLog, parts: Parts & ReflectorOnly): Reflector {
  const { journal, herald, metrics, clock, onFailure } = parts
  return new Reflector({
    store: journal,
    files: {
      identify: announcedFile,
      exists: (path) => isKept(parts, path),
    },
    herald,
    clock,
    timers: systemTimers,
    log,
    metrics,
    proxies: createProxies(config.trustedProxies),
    maxFrameBytes: config.maxFrameBytes,
    newTimeline: () => randomBytes(TIMELINE_BYTES).toString('base64url'),
    onStoreFailure: onFailure,
  })
}

function createUpkeep(
  { durability, keptSnapshots, sessionDays, dataDays }: Config,
  log: BoxLog,
  { journal, checkDatabase }: Storage,
  reflector: Reflector,
  clock: SteadyClock,
): Upkeep {
  const garbageRules = () => {
    // A box that keeps no session does not know what is needed.
    if (durability === 'none') return undefined
    return { keptSnapshots, sessionDays, dataDays, running: reflector.sessionIds() }
  }
  return new Upkeep({ journal, checkDatabase, garbageRules, clock, timers: systemTimers, log })
}

/**
 * Whether a file is there, and will be when what refers to it is committed: it is noted as in use
 * before it is looked for, which keeps garbage collection away.
 */
async function isKept({ files, journal }: Parts, path: string): Promise<boolean> {
  // A store that is out of order loses no file either: what refers to this one waits for it.
  await journal.keepFile(path).catch((error: unknown) => {
    if (!(error instanceof StoreUnavailableError)) throw error
  })
  return (await files.stat(path)) !== undefined
}

function announcedFile(url: string): AnnouncedFile | undefined {
  const file = parseFileUrl(url)
  if (file?.kind === 'snapshot') return file
  return file?.kind === 'persisted' ? { ...file, kind: file.kind } : undefined
}

/** Loads what answers requests, which takes longer than all that web sockets need. */
async function createApp(
  config: Config,
  log: BoxLog,
  parts: Pick<AppParts, 'files' | 'server' | 'networkUrls'> &
    Pick<Parts, 'metrics'> & { readonly reflector: Reflector },
): Promise<FastifyInstance> {
  const { files, server, reflector, metrics, networkUrls } = parts
  const { buildApp } = await import('./http/app.ts')
  return buildApp({
    server,
    log: log.child({ scope: 'process', event: 'http' }),
    trustedProxies: config.trustedProxies,
    webDir: resolve(config.webDir),
    files,
    operation: {
      missing: () => reflector.missing(),
      metrics: () => metrics.expose(),
      sessions: () => reflector.sessions(),
      users: (sessionId) => reflector.users(sessionId),
    },
    networkUrls,
  })
}

function urlsOnNetworks(host: string, port: number): string[] {
  return isEverywhere(host) ? lanAddresses().map((address) => `http://${address}:${port}`) : []
}

/** Lets requests under way finish for a while, then cuts them. */
async function closeServer(server: Server): Promise<void> {
  if (!server.listening) return
  const cut = setTimeout(() => server.closeAllConnections(), HTTP_DRAIN_MS)
  server.close()
  await once(server, 'close')
  clearTimeout(cut)
}

/** Takes all steps, the last first; what one of them cannot do must not keep the others undone. */
async function undo(steps: ReadonlyArray<() => Promise<void>>): Promise<void> {
  const errors: unknown[] = []
  for (const step of steps.toReversed()) {
    await step().catch((error: unknown) => errors.push(error))
  }
  if (errors.length > 0) throw new AggregateError(errors, 'the box could not be closed in order')
}

function onlyOnce(run: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined
  return () => {
    running ??= run()
    return running
  }
}
