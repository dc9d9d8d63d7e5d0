import { randomBytes } from 'node:crypto'
import type { Server } from 'node:http'
import { resolve } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { plainAddress } from './access/networks.ts'
import { TurnedAway, type TurnedAwayRequest } from './access/turned-away.ts'
import { Chronicle } from './admin/chronicle.ts'
import type { DashboardParts } from './admin/dashboard.ts'
import type { LogTail } from './admin/log-tail.ts'
import { AppFolders } from './apps/app-folders.ts'
import type { AppList } from './apps/app-list.ts'
import type { AppOrigins } from './apps/origins/app-origins.ts'
import { appHostnames } from './apps/origins/origin-rule.ts'
import { startBackup } from './backup/background-backup.ts'
import type { BoxAddresses } from './box-addresses.ts'
import type { Config } from './config.ts'
import { parseFilePath, parseFileUrl } from './files/file-path.ts'
import { UploadError } from './files/upload-error.ts'
import { UploadLimits } from './files/upload-limits.ts'
import type { Gate } from './gate.ts'
import { Heralds } from './herald/heralds.ts'
import type { AdminAppParts } from './http/admin-app.ts'
import type { OperationSource } from './http/operation.ts'
import type { ServerLimits } from './http/patient-server.ts'
import type { AnnouncedFile } from './reflector/ports.ts'
import { Reflector } from './reflector/reflector.ts'
import { StoreUnavailableError } from './session/session-store.ts'
import type { Storage } from './storage.ts'
import { accountOf } from './system/account.ts'
import { SteadyClock, systemTimers } from './system/clock.ts'
import { LimitBreaches } from './system/limit-breaches.ts'
import type { BoxLog } from './system/log.ts'
import type { LogBudget } from './system/log-budget.ts'
import { createMetrics } from './system/metrics.ts'
import { programVersion } from './system/program-version.ts'
import { createProxies, type Proxies } from './system/proxies.ts'
import { Vitals } from './system/vitals.ts'
import { useOf } from './system/volume.ts'
import type { Tls } from './tls/ports.ts'
import { publicPorts } from './trust/box-address.ts'
import { Upkeep } from './upkeep.ts'

const TIMELINE_BYTES = 12
/** Files and folders of a hosted app. */
const MOST_APP_ENTRIES = 10_000

/** What the parts of a box are made from. */
export interface Materials {
  readonly config: Config
  readonly log: BoxLog
  readonly logTail: LogTail
  readonly logBudget: LogBudget
  readonly storage: Storage
  /** told that the box can no longer keep its promises and has to stop */
  readonly onFailure: (error: unknown) => void
}

/** The parts of a box that are there before it answers anybody. */
export type Assembly = ReturnType<typeof assemble>

/** Makes the parts and gives each what it needs of the others. None of them does anything yet. */
export function assemble(materials: Materials) {
  const { config, log, logBudget, storage } = materials
  const clock = createClock(log)
  const metrics = createMetrics(
    () => reflector.costs(),
    () => storage.apps.totals(),
    () => logBudget.linesLeftOut,
  )
  const { heraldHosts: allowed } = config
  const heralds = new Heralds({ allowed, clock, log, onOutcome: metrics.heralded })
  const proxies = createProxies(config.trustedProxies)
  const chronicle = new Chronicle(() => clock.wallTime())
  const turnedAway = new TurnedAway(accountOf, () => clock.wallTime())
  const witnesses = { chronicle, turnedAway }
  const reflector = createReflector(materials, { clock, metrics, heralds, proxies, ...witnesses })
  const upkeep = createUpkeep(materials, reflector, clock)
  const breaches = new LimitBreaches({
    count: metrics.limitBreached,
    log,
    now: () => performance.now(),
  })
  return {
    clock,
    vitals: new Vitals(),
    metrics,
    heralds,
    proxies,
    chronicle,
    turnedAway,
    /** tells those who may not come in why */
    turnAway: ((...request) => reflector.turnAway(...request)) satisfies Reflector['turnAway'],
    breaches,
    reflector,
    upkeep,
    serverLimits: serverLimits(config, proxies, breaches),
    uploadLimits: createUploadLimits(config, breaches),
  }
}

/** What answers requests: where apps are, and at the dashboard's origin. */
export interface BoxApps {
  readonly apps: FastifyInstance
  readonly admin: FastifyInstance
}

/** What the HTTP side is made from besides. */
export interface AppsOptions {
  readonly gate: Gate
  readonly tls: Tls
  readonly addresses: BoxAddresses
  /** of hosted apps; not started yet */
  readonly origins: AppOrigins
  readonly servers: { readonly apps: Server; readonly admin: Server }
  /** that the box listens on */
  readonly ports: { readonly apps: number; readonly admin: number }
}

/** Loads what answers requests, which takes longer than all that web sockets need. */
export async function createApps(
  materials: Materials,
  assembly: Assembly,
  { gate, tls, addresses, servers, ports, origins }: AppsOptions,
): Promise<BoxApps> {
  const { config, log, storage } = materials
  const { reflector, uploadLimits, chronicle } = assembly
  const { buildApp } = await import('./http/app.ts')
  const { BoxPlaces } = await import('./http/box-places.ts')
  await origins.start()
  warnOfNames(config, tls, log)
  const webDir = resolve(config.webDir)
  const folders = new AppFolders(storage.apps, webDir)
  const gateParts = await gate.appParts({ sessions: reflector, folders })
  const { apps: port, admin: adminPort } = ports
  const list = Promise.withResolvers<Pick<AppList, 'get'>>()
  const shared = {
    tls,
    places: new BoxPlaces({ ...config, port, adminPort, tls }),
    log: log.child({ scope: 'process', event: 'http' }),
    trustedProxies: config.trustedProxies,
    operation: operationOf(assembly),
  }
  const apps = buildApp({
    ...{ ...shared, ...gateParts.apps, server: servers.apps, webDir, uploadLimits },
    commands: config.commands,
    networkUrls: () => addresses.urlsForPhones(),
    namedUrl: () => addresses.urlByName(),
    http: config.http,
    ports: publicPorts(config.urls),
    apps: { folders, origins, sessions: () => reflector.sessions(), onList: list.resolve },
    files: storage.files,
    onFileMissed: (path) => noteMissed(chronicle, path),
  })
  const shownApps = async () => (await list.promise).get()
  const admin = await createAdminApp(materials, assembly, {
    ...{ ...shared, ...gateParts.admin, server: servers.admin, addresses, shownApps, origins },
  })
  return { apps, admin }
}

/** Browsers would warn of each app that has a host of its own. */
function warnOfNames({ appOrigins }: Config, tls: Tls, log: BoxLog): void {
  const missing = appHostnames(appOrigins).filter((name) => !tls.names().includes(name))
  if (tls.mode !== 'provided' || missing.length === 0) return
  const fields = { scope: 'process', event: 'app-names-uncertified', names: missing }
  log.warn(fields, 'the certificate of the box is not for the hosts of apps: have one made that is')
}

async function createAdminApp(
  materials: Materials,
  assembly: Assembly,
  {
    origins,
    ...parts
  }: Omit<AdminAppParts, 'dashboard' | 'releases'> & { readonly origins: AppOrigins },
): Promise<FastifyInstance> {
  const { config, storage } = materials
  const { Dashboard } = await import('./admin/dashboard.ts')
  const { buildAdminApp } = await import('./http/admin-app.ts')
  return buildAdminApp({
    ...parts,
    releases: {
      store: storage.apps,
      room: storage.room,
      origins,
      limits: { maxBytes: config.maxAppBytes, maxEntries: MOST_APP_ENTRIES },
    },
    dashboard: new Dashboard(dashboardParts(materials, assembly)),
  })
}

function operationOf({ reflector, metrics }: Assembly): OperationSource {
  return {
    missing: () => reflector.missing(),
    metrics: () => metrics.expose(),
    sessions: () => reflector.sessions(),
    users: (sessionId) => reflector.users(sessionId),
  }
}

function dashboardParts(
  { config, logTail, storage }: Materials,
  { reflector, chronicle, clock, vitals, upkeep, turnedAway }: Assembly,
): DashboardParts {
  const { journal } = storage
  const dir = resolve(config.filesDir)
  return {
    desk: reflector.operator,
    store: {
      removeSession: (sessionId) => journal.removeSession(sessionId),
      snapshotsOf: (sessionId) => journal.snapshotsOf(sessionId),
      parkedSessions: (wanted) =>
        journal.listParked({ ...wanted, running: reflector.sessionIds() }),
      surveyFiles: () => journal.surveyFiles({ ...config, running: reflector.sessionIds() }),
      collectGarbage: () => upkeep.collectNow(),
      volume: () => useOf(dir),
    },
    ...{ chronicle, turnedAway, clock, tail: logTail, timers: systemTimers },
    takeVitals: () => vitals.take(),
    takePunctuality: () => reflector.takePunctuality(),
    missing: () => reflector.missing(),
    versions: { box: programVersion(), node: vitals.nodeVersion },
    startBackup: () => startBackup(dir),
  }
}

function noteMissed(chronicle: Chronicle, path: string): void {
  const file = parseFilePath(path)
  if (file?.kind === 'snapshot') chronicle.snapshotMissed(file.sessionId)
}

function createClock(log: BoxLog): SteadyClock {
  return new SteadyClock(
    () => performance.now(),
    (ms) => {
      const fields = { scope: 'process', event: 'standstill', ms: Math.round(ms) }
      log.warn(fields, 'the box stood still')
    },
  )
}

interface ReflectorNeeds {
  readonly clock: SteadyClock
  readonly metrics: ReturnType<typeof createMetrics>
  readonly heralds: Heralds
  readonly proxies: Proxies
  readonly chronicle: Chronicle
  readonly turnedAway: TurnedAway
}

function createReflector(
  { config, log, storage, onFailure }: Materials,
  { clock, metrics, heralds, proxies, chronicle, turnedAway }: ReflectorNeeds,
): Reflector {
  return new Reflector({
    store: storage.journal,
    removeSession: (sessionId) => storage.journal.removeSession(sessionId),
    storeFault: () => storage.fault(),
    files: {
      identify: announcedFile,
      exists: (path) => isKept(storage, path),
    },
    herald: heralds,
    clock,
    timers: systemTimers,
    log,
    metrics,
    witness: chronicle,
    proxies,
    limits: { ...config, frameBytes: config.maxFrameBytes },
    newTimeline: () => randomBytes(TIMELINE_BYTES).toString('base64url'),
    onStoreFailure: onFailure,
    onNoAccess: (address, reason) => turnedAway.note(withoutAccess(address, reason)),
  })
}

/** Somebody whose client may not join, or not any more. */
function withoutAccess(address: string, reason: string): TurnedAwayRequest {
  return {
    ...{ address, origin: undefined, app: undefined, userAgent: undefined, asked: 'session' },
    cause: {
      why: `They were told: “${reason}”`,
      remedy: reason.includes('apiKey')
        ? 'The app has to give Session.join an apiKey: any will do here.'
        : 'If they may come in, send them a link or token that is for this app and has not run out.',
    },
  }
}

function createUpkeep(
  { config, log, storage }: Materials,
  reflector: Reflector,
  clock: SteadyClock,
): Upkeep {
  const { durability, keptSnapshots, sessionDays, dataDays } = config
  const { journal, checkDatabase } = storage
  const garbageRules = () => {
    // A box that keeps no session does not know what is needed.
    if (durability === 'none') return undefined
    return { keptSnapshots, sessionDays, dataDays, running: reflector.sessionIds() }
  }
  return new Upkeep({ journal, checkDatabase, garbageRules, clock, timers: systemTimers, log })
}

function serverLimits(
  config: Config,
  { clientAddress, isTrusted, accountOf }: Proxies,
  breaches: LimitBreaches,
): ServerLimits {
  return {
    maxHeaderBytes: config.maxHeaderBytes,
    maxConnections: config.maxConnections,
    leastRate: config.minUploadRate,
    connectionsPerAddress: config.connectionsPerAddress,
    takesUpgrades: true,
    clientAddress,
    accountOf: (address) => (isTrusted(address) ? undefined : accountOf(plainAddress(address))),
    onBreach: (limit, address) => breaches.note(limit, plainAddress(address)),
  }
}

function createUploadLimits(config: Config, breaches: LimitBreaches): UploadLimits {
  const amounts = {
    uploadsPerMinute: config.uploadsPerMinute,
    bytesPerMinute: config.uploadBytesPerMinute,
    atOncePerAddress: config.maxAddressUploads,
    atOnce: config.maxUploads,
  }
  const onBreach = (limit: string, address: string) => breaches.note(limit, address)
  return new UploadLimits(amounts, { now: () => performance.now(), accountOf, onBreach })
}

/**
 * Whether a file is there, and will be when what refers to it is committed: it is noted as in use
 * before it is looked for, which keeps garbage collection away.
 */
async function isKept({ files, journal }: Storage, path: string): Promise<boolean> {
  // A store that is out of order loses no file either: what refers to this one waits for it.
  await journal.keepFile(path).catch((error: unknown) => {
    if (!(error instanceof StoreUnavailableError)) throw error
  })
  try {
    return (await files.stat(path)) !== undefined
  } catch (error) {
    // Nobody can tell now. It was there once, and nothing is committed before the folder is there again.
    if (error instanceof UploadError) return true
    throw error
  }
}

function announcedFile(url: string): AnnouncedFile | undefined {
  const file = parseFileUrl(url)
  if (file?.kind === 'snapshot') return file
  return file?.kind === 'persisted' ? { ...file, kind: file.kind } : undefined
}
