import { once } from 'node:events'
import type { RequestListener, Server } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import type { LogTail } from './admin/log-tail.ts'
import { AppPorts } from './app-ports.ts'
import { AppOrigins } from './apps/origins/app-origins.ts'
import { type Assembly, assemble, createApps, type Materials } from './assembly.ts'
import { BoxAddresses } from './box-addresses.ts'
import { createBoxName } from './box-mdns.ts'
import { hostBehind, openBoxTls } from './box-tls.ts'
import type { Config } from './config.ts'
import { type Gate, type GateParts, openGate } from './gate.ts'
import { adminServerLimits } from './http/admin-limits.ts'
import { createPatientServer, type ServerLimits } from './http/patient-server.ts'
import type { BoxName } from './mdns/box-name.ts'
import { Release } from './release.ts'
import type { Storage } from './storage.ts'
import type { Announced } from './system/announced-addresses.ts'
import { systemTimers } from './system/clock.ts'
import { growDescriptorTable } from './system/descriptor-table.ts'
import type { DoubtfulName } from './system/doubtful-names.ts'
import type { Listener, Listeners } from './system/listener.ts'
import type { BoxLog } from './system/log.ts'
import type { LogBudget } from './system/log-budget.ts'
import { constraintsWith, permits } from './tls/constraints.ts'
import type { Tls } from './tls/ports.ts'

/** How long web sockets have the box for themselves when it starts (ms). */
const HEAD_START_MS = 30
/** Whoever comes back when a box is started again has come by then (ms). */
const RETURN_MS = 1500
/** HTTP requests that are still under way when the box stops may take this much longer (ms). */
const HTTP_DRAIN_MS = 1500

/** A running box. */
export interface Box {
  readonly port: number
  /** of the dashboard */
  readonly adminPort: number
  /** Names of the settings that do not seem to lead to it. */
  checkNames(): Promise<readonly DoubtfulName[]>
  /** Resolves when it is known whether the box has a name on its networks (multicast DNS). */
  readonly named: Promise<void>
  /** Addresses that lead to it now. */
  announced(): Announced
  /** where the admin password can be set, once, below the dashboard's address: a secret; undefined: there is one */
  readonly setupPath: string | undefined
  /** Drains: everything committed, all sockets closed with 4003. May be called twice. */
  close(): Promise<void>
}

/** What a box is opened with. It closes all of it, also if it cannot be opened. */
export interface BoxParts {
  readonly storage: Storage
  readonly listeners: Listeners
  /** the newest lines of the log */
  readonly logTail: LogTail
  /** what of the log is written */
  readonly logBudget: LogBudget
  /** told that the box can no longer keep its promises and has to stop */
  readonly onFailure: (error: unknown) => void
}

/**
 * Opens a box: from now on those who connect are answered.
 * @throws {Error} with a sentence for the person who starts it
 */
export async function openBox(config: Config, log: BoxLog, parts: BoxParts): Promise<Box> {
  const { storage, listeners } = parts
  const closeListener = (listener: Listener) => async () => listener.close()
  const release = new Release(...Object.values(listeners).map(closeListener), storage.close)
  try {
    const materials = { config, log, ...parts }
    const assembly = assemble(materials)
    const { clock, proxies, reflector, serverLimits, upkeep } = assembly
    openInstruments(assembly, release)
    const server = openServer(serverLimits)
    const ownPorts = openOwnPorts(materials, server.http)
    const adminServer = openServer(adminServerLimits(serverLimits, proxies))
    const ports = { apps: listeners.apps.port, admin: listeners.admin.port }
    const onName = (name: string) => tls.noteHost(name)
    const boxName = createBoxName(config, { port: ports.apps, timers: systemTimers, log, onName })
    const mdnsName = () => boxName?.current
    const tls = await openBoxTls(config, { clock, log, mdnsName })
    release.add(() => tls.close())
    const accept: GateParts['accept'] = (request, ...rest) => {
      tls.noteHost(hostBehind(request, proxies))
      reflector.accept(request, ...rest)
    }
    const gate = await openGate(config, { ...assembly, log, tls, accept })
    release.add(() => gate.close())
    server.http.on('upgrade', (...request) => gate.entrance.handle(...request))
    await storage.opened
    release.add(() => closeServers([server.http, adminServer.http], ownPorts))
    openSessions(assembly, storage, release)
    release.add(async () => gate.entrance.close())
    await listeners.apps.handTo(server.http)
    await listeners.admin.handTo(adminServer.http)
    release.add(startGrowth(log))
    await giveHeadStart(config, ownPorts)
    boxName?.open()
    release.add(async () => boxName?.close())
    const servers = { apps: server.http, admin: adminServer.http }
    const addresses = addressesOf(config, ports, { gate, boxName, tls })
    const httpParts = { servers, ports, gate, tls, addresses, ...ownPorts }
    const { apps, admin } = await createApps(materials, assembly, httpParts)
    release.add(...[apps, admin].map((app) => async () => app.close()))
    await apps.ready()
    server.answerBy(apps.routing)
    await admin.ready()
    adminServer.answerBy(admin.routing)
    await gate.notePolicy()
    upkeep.start()
    release.add(() => upkeep.stop())
    const named = boxName?.settled ?? Promise.resolve()
    return openedBox({ ports, gate, addresses, named, close: () => release.close() })
  } catch (error) {
    await release.close()
    throw error
  }
}

/** What measures the box, and what calls others for it. */
function openInstruments({ clock, vitals, heralds }: Assembly, release: Release): void {
  vitals.open()
  release.add(async () => vitals.close())
  const stopHeartbeat = clock.startHeartbeat()
  release.add(async () => stopHeartbeat())
  release.add(() => heralds.close())
}

function openSessions({ reflector }: Assembly, storage: Storage, release: Release): void {
  reflector.open()
  release.add(() => {
    storage.stopWatching()
    return reflector.drain()
  })
}

function openedBox({ ports, gate, addresses, named, close }: Opened): Box {
  const { setupPath } = gate
  return {
    ...{ ...portsOf(ports), setupPath, named, close },
    checkNames: () => addresses.checkNames(),
    announced: () => addresses.announced(),
  }
}

interface Opened extends Pick<Box, 'close' | 'named'> {
  readonly ports: Ports
  readonly gate: Gate
  readonly addresses: BoxAddresses
}

interface Ports {
  readonly apps: number
  readonly admin: number
}

function portsOf({ apps, admin }: Ports): Pick<Box, 'port' | 'adminPort'> {
  return { port: apps, adminPort: admin }
}

function addressesOf(
  config: Config,
  ports: Ports,
  { gate, boxName, tls }: AddressesNeeds,
): BoxAddresses {
  const settings = { ...config, ...portsOf(ports) }
  const constraints = constraintsWith(config.hostnames)
  // By http pages are served without it, unless they lead to https.
  const isNeeded = tls.mode === 'local-ca' && config.http === 'redirect'
  const certificate = {
    mayName: (host: string) => !isNeeded || permits(constraints, host),
    noteHost: (host: string) => tls.noteHost(host),
  }
  return new BoxAddresses({ settings, usedHosts: gate.usedHosts, certificate, mdns: boxName })
}

interface AddressesNeeds {
  readonly gate: Gate
  readonly boxName: BoxName | undefined
  readonly tls: Tls
}

/** Ports of apps beside the one that they share. */
interface OwnPorts {
  readonly origins: AppOrigins
  /** Resolves when all connections by these ports are closed. */
  drained(): Promise<void>
}

function openOwnPorts({ config, storage, log }: Materials, server: Server): OwnPorts {
  const ports = new AppPorts(config.host, server)
  const origins = new AppOrigins({
    ...{ rule: config.appOrigins, apps: storage.apps, log },
    openPort: (port) => ports.open(port),
  })
  return { origins, drained: () => ports.drained() }
}

/** Those who come back after a restart get their sessions before the rest is even loaded, also by the port of an app. */
async function giveHeadStart({ appOrigins }: Config, { origins }: OwnPorts): Promise<void> {
  if (appOrigins.kind === 'ports') await origins.start()
  await delay(HEAD_START_MS)
}

/** A server that lets requests wait until there is who answers them. */
function openServer(limits: ServerLimits) {
  const { promise, resolve } = Promise.withResolvers<RequestListener>()
  return { http: createPatientServer(promise, limits), answerBy: resolve }
}

/** @returns what ends it */
function startGrowth(log: BoxLog): () => Promise<void> {
  const controller = new AbortController()
  const { signal } = controller
  const growth = delay(RETURN_MS, undefined, { signal })
    .then(growDescriptorTable)
    .catch((err: unknown) => {
      if (signal.aborted) return
      const fields = { scope: 'process', event: 'descriptor-table', err }
      log.info(fields, 'the table of open files stays small')
    })
  return () => {
    controller.abort()
    return growth
  }
}

/** Lets requests under way finish for a while, then cuts them. */
async function closeServers(
  servers: readonly Server[],
  { origins, drained }: OwnPorts,
): Promise<void> {
  await origins.close()
  const open = servers.filter(({ listening }) => listening)
  const cut = setTimeout(() => {
    for (const server of open) server.closeAllConnections()
  }, HTTP_DRAIN_MS)
  await Promise.all([...open.map((server) => once(server.close(), 'close')), drained()])
  clearTimeout(cut)
}
