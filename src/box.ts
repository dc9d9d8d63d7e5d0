import { once } from 'node:events'
import type { RequestListener, Server } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import type { LogTail } from './admin/log-tail.ts'
import { assemble, createApp } from './assembly.ts'
import { hostBehind, openBoxTls } from './box-tls.ts'
import type { Config } from './config.ts'
import { type GateParts, openGate } from './gate.ts'
import { createPatientServer } from './http/patient-server.ts'
import { Release } from './release.ts'
import type { Storage } from './storage.ts'
import { networkUrls } from './system/addresses.ts'
import { growDescriptorTable } from './system/descriptor-table.ts'
import type { Listener } from './system/listener.ts'
import type { BoxLog } from './system/log.ts'

/** How long web sockets have the box for themselves when it starts (ms). */
const HEAD_START_MS = 30
/** Whoever comes back when a box is started again has come by then (ms). */
const RETURN_MS = 1500
/** HTTP requests that are still under way when the box stops may take this much longer (ms). */
const HTTP_DRAIN_MS = 1500

/** A running box. */
export interface Box {
  readonly port: number
  /** where the admin password can be set, once, below the box's address: a secret; undefined: there is one */
  readonly setupPath: string | undefined
  /** Drains: everything committed, all sockets closed with 4003. May be called twice. */
  close(): Promise<void>
}

/** What a box is opened with. It closes both, also if it cannot be opened. */
export interface BoxParts {
  readonly storage: Storage
  readonly listener: Listener
  /** the newest lines of the log */
  readonly logTail: LogTail
  /** told that the box can no longer keep its promises and has to stop */
  readonly onFailure: (error: unknown) => void
}

/**
 * Opens a box: from now on those who connect are answered.
 * @throws {Error} with a sentence for the person who starts it
 */
export async function openBox(config: Config, log: BoxLog, parts: BoxParts): Promise<Box> {
  const { storage, listener, logTail, onFailure } = parts
  const release = new Release(() => listener.close(), storage.close)
  try {
    const materials = { config, log, logTail, storage, onFailure }
    const assembly = assemble(materials)
    const { clock, vitals, heralds, proxies, breaches, reflector, serverLimits, upkeep } = assembly
    vitals.open()
    release.add(async () => vitals.close())
    const stopHeartbeat = clock.startHeartbeat()
    release.add(async () => stopHeartbeat())
    release.add(() => heralds.close())
    const routing = Promise.withResolvers<RequestListener>()
    routing.promise.catch(() => {})
    const server = createPatientServer(routing.promise, serverLimits)
    const tls = await openBoxTls(config, clock, log)
    release.add(() => tls.close())
    const accept: GateParts['accept'] = (request, ...rest) => {
      tls.noteHost(hostBehind(request, proxies))
      reflector.accept(request, ...rest)
    }
    const gate = await openGate(config, { clock, log, proxies, breaches, tls, accept })
    release.add(() => gate.close())
    server.on('upgrade', (...request) => gate.entrance.handle(...request))
    await storage.opened
    const { port } = listener
    release.add(() => closeServer(server))
    reflector.open()
    release.add(() => {
      storage.stopWatching()
      return reflector.drain()
    })
    release.add(async () => gate.entrance.close())
    await listener.handTo(server)
    release.add(startGrowth(log))
    // Those who come back after a restart get their sessions before the rest is even loaded.
    await delay(HEAD_START_MS)
    const app = await createApp(materials, assembly, {
      server,
      gate,
      networkUrls: () => networkUrls(config.host, port),
      tls,
    })
    release.add(async () => app.close())
    await app.ready()
    routing.resolve(app.routing)
    await gate.notePolicy()
    upkeep.start()
    release.add(() => upkeep.stop())
    return { port, setupPath: gate.setupPath, close: () => release.close() }
  } catch (error) {
    await release.close()
    throw error
  }
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
async function closeServer(server: Server): Promise<void> {
  if (!server.listening) return
  const cut = setTimeout(() => server.closeAllConnections(), HTTP_DRAIN_MS)
  server.close()
  await once(server, 'close')
  clearTimeout(cut)
}
