import type { IncomingMessage } from 'node:http'
import { join, resolve } from 'node:path'
import { type Access, type AccessOptions, openAccess } from './access/access.ts'
import { Entrance, type EntranceParts } from './access/entrance.ts'
import type { Issuer } from './access/foreign-tokens.ts'
import type { Breaches, Whereabouts } from './access/ports.ts'
import type { AppFolders } from './apps/app-folders.ts'
import { ACCESS_NAME } from './backup/box-folder.ts'
import type { Config } from './config.ts'
import type { AdminAppParts } from './http/admin-app.ts'
import type { AppParts } from './http/app.ts'
import type { RunningSessions } from './http/file-scope.ts'
import { publicUrl } from './reflector/public-url.ts'
import { refuseUpgrade } from './reflector/refusal.ts'
import type { Proxies } from './reflector/upgrade.ts'
import { accountOf } from './system/account.ts'
import type { SteadyClock } from './system/clock.ts'
import type { BoxLog } from './system/log.ts'
import { programVersion } from './system/program-version.ts'

const DAY_MS = 86_400_000

export interface GateParts {
  readonly clock: SteadyClock
  readonly log: BoxLog
  readonly proxies: Proxies
  readonly breaches: Breaches
  /** takes over web sockets that were let in */
  readonly accept: EntranceParts['accept']
}

/** What the HTTP side asks about those who come in. */
export interface AppNeeds {
  readonly sessions: RunningSessions
  /** where there may be a page for an app */
  readonly folders: Pick<AppFolders, 'has'>
}

/** What both halves of the HTTP side need of those who come in. */
export interface GateAppParts {
  readonly apps: Pick<AppParts, 'entrance' | 'login'>
  readonly admin: Pick<AdminAppParts, 'entrance' | 'admin' | 'boxTokens'>
}

/** Who may come in, by web socket and by HTTP. */
export interface Gate {
  readonly entrance: Entrance
  /** What the HTTP side needs of it. It loads more than web sockets need. */
  appParts(needs: AppNeeds): Promise<GateAppParts>
  /** Where the admin password can be set, once, below the dashboard's address; undefined: there is one. */
  readonly setupPath: string | undefined
  /** Notes who may come in, if that has changed since the last start. It reads a long file: nobody should wait for it. */
  notePolicy(): Promise<void>
  /** Writes down what is left. */
  close(): Promise<void>
}

export async function openGate(config: Config, parts: GateParts): Promise<Gate> {
  const { clock, log, breaches, accept } = parts
  const access = await openAccess(accessOptions(config, parts))
  const whereabouts = whereaboutsBy(parts.proxies)
  const entrance = new Entrance({
    ...{ door: access.door, whereabouts, log, accept, refuse: refuseUpgrade },
    mostWaiting: config.mostWaitingVisitors,
    onTooMany: (address) => breaches.note('waiting-visitors', address),
  })
  return {
    entrance,
    setupPath: setupPathOf(access),
    appParts: (needs) => appParts(config, access, { clock, breaches, whereabouts, ...needs }),
    notePolicy: () => access.notePolicy(),
    close: () => access.close(),
  }
}

function accessOptions(config: Config, { clock, log }: GateParts): AccessOptions {
  const { access: policy, allow, origins, monitors } = config
  const dir = resolve(config.filesDir)
  return {
    ...{ dir, accessDir: join(dir, ACCESS_NAME), policy, allow, origins, monitors },
    passphrase: config.passphrase ?? config.passphraseFile,
    adminPassword: config.adminPassword ?? config.adminPasswordFile,
    issuer: issuerIn(config),
    ...{ clock, log, accountOf },
  }
}

function issuerIn(config: Config): Issuer | undefined {
  const { jwtIssuer: issuer, jwtAudience: audience, jwksUrl: url } = config
  const secret = config.jwtSecret ?? config.jwtSecretFile
  if (secret !== undefined) return { key: { kind: 'secret', secret }, issuer, audience }
  return url === undefined ? undefined : { key: { kind: 'jwks', url }, issuer, audience }
}

async function appParts(
  config: Config,
  access: Access,
  parts: {
    readonly clock: SteadyClock
    readonly breaches: Breaches
    readonly whereabouts: Whereabouts
  } & AppNeeds,
): ReturnType<Gate['appParts']> {
  const { clock, breaches, whereabouts, sessions, folders } = parts
  const { door, logins } = access
  const { DoorPages } = await import('./access/door-pages.ts')
  const tokens = await access.tokens()
  const entrance = {
    ...{ door, logins, pages: await DoorPages.load() },
    publicUrl: ({ raw }: { raw: IncomingMessage }) => whereabouts.publicUrl(raw),
  }
  return {
    apps: {
      entrance: { ...entrance, clock, sessions },
      login: {
        tokens,
        // With another policy it is not asked for, but those who knew it before are still let in.
        passphrase: config.access === 'passphrase' ? access.passphrase : undefined,
        passphraseLifeMs: config.passphraseDays * DAY_MS,
        mostTries: config.mostPassphraseTries,
        hasApp: (appId) => folders.has(appId),
        ...{ breaches, accountOf, clock },
      },
    },
    admin: {
      entrance,
      boxTokens: tokens.ofBox,
      admin: await adminParts(access, { clock, breaches }),
    },
  }
}

async function adminParts(
  { logins, invites, audit, admin }: Access,
  { clock, breaches }: Pick<GateParts, 'clock' | 'breaches'>,
): Promise<AdminAppParts['admin']> {
  const { PasswordLogins } = await import('./admin/password-logins.ts')
  return {
    ...{ ...admin, invites, audit },
    logins: new PasswordLogins({ ...admin, logins, breaches, accountOf, clock }),
    version: programVersion(),
  }
}

function setupPathOf({ admin }: Access): string | undefined {
  return admin.password.id === undefined ? `admin/setup/${admin.setupLink.make().code}` : undefined
}

function whereaboutsBy({ isTrusted, clientAddress }: Proxies): Whereabouts {
  return {
    clientAddress,
    publicUrl: (request) => publicUrl(request, isTrusted(request.socket.remoteAddress ?? '')),
  }
}
