import type { IncomingMessage } from 'node:http'
import { join, resolve } from 'node:path'
import { type Access, type AccessOptions, openAccess } from './access/access.ts'
import { Entrance, type EntranceParts } from './access/entrance.ts'
import type { Issuer } from './access/foreign-tokens.ts'
import type { Breaches, Whereabouts } from './access/ports.ts'
import type { TurnedAway } from './access/turned-away.ts'
import type { PasswordLoginsParts } from './admin/password-logins.ts'
import type { AppFolders } from './apps/app-folders.ts'
import { appHostnames } from './apps/origins/origin-rule.ts'
import { ACCESS_NAME } from './backup/box-folder.ts'
import type { Config } from './config.ts'
import type { AdminAppParts } from './http/admin-app.ts'
import type { AppParts } from './http/app.ts'
import type { RunningSessions } from './http/file-scope.ts'
import { publicUrl } from './reflector/public-url.ts'
import { accountOf } from './system/account.ts'
import { hostNames } from './system/addresses.ts'
import type { SteadyClock } from './system/clock.ts'
import { inCommandWords } from './system/command-words.ts'
import type { BoxLog } from './system/log.ts'
import { isInContainer, ownSubnets } from './system/own-subnets.ts'
import { programVersion } from './system/program-version.ts'
import type { Proxies } from './system/proxies.ts'
import { LOCAL, permits } from './tls/constraints.ts'
import { isCovered } from './tls/host.ts'
import type { Tls } from './tls/ports.ts'

const DAY_MS = 86_400_000

export interface GateParts {
  readonly clock: SteadyClock
  readonly log: BoxLog
  readonly proxies: Proxies
  readonly breaches: Breaches
  readonly tls: Pick<Tls, 'mode' | 'names'>
  /** takes over web sockets that were let in */
  readonly accept: EntranceParts['accept']
  /** answers those that were not */
  readonly turnAway: EntranceParts['refuse']
  readonly turnedAway: TurnedAway
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
  /** by which admins logged in to the dashboard */
  readonly usedHosts: Access['usedHosts']
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
  const { clock, log, breaches, accept, turnAway, turnedAway } = parts
  const access = await openAccess(accessOptions(config, parts))
  const whereabouts = whereaboutsBy(parts.proxies)
  const entrance = new Entrance({
    ...{ door: access.door, whereabouts, log, accept, refuse: turnAway, turnedAway },
    mostWaiting: config.mostWaitingVisitors,
    onTooMany: (address) => breaches.note('waiting-visitors', address),
  })
  return {
    entrance,
    usedHosts: access.usedHosts,
    setupPath: setupPathOf(access),
    appParts: (needs) =>
      appParts(config, access, { clock, breaches, whereabouts, turnedAway, ...needs }),
    notePolicy: () => access.notePolicy(),
    close: () => access.close(),
  }
}

function accessOptions(config: Config, { clock, log, tls }: GateParts): AccessOptions {
  const { access: policy, allow, origins, monitors } = config
  const dir = resolve(config.filesDir)
  return {
    ...{ dir, accessDir: join(dir, ACCESS_NAME), policy, allow, origins, monitors },
    passphrase: config.passphrase ?? config.passphraseFile,
    adminPassword: config.adminPassword ?? config.adminPasswordFile,
    issuer: issuerIn(config),
    hosts: hostsOf(config, tls),
    ownSubnets: subnetsIn(config),
    ...{ clock, log, accountOf },
  }
}

/** In a container they are those between it and its proxy, by which everybody comes. */
function subnetsIn({ commands }: Config): () => readonly string[] {
  return commands === 'compose' || isInContainer() ? () => [] : () => ownSubnets()
}

/** By which names the box may be asked: those that it has, that its admin gave it, and that mean nothing outside. */
function hostsOf(
  { hostnames, urls, adminUrl, appOrigins }: Config,
  tls: GateParts['tls'],
): AccessOptions['hosts'] {
  const said = adminUrl === undefined ? urls : [...urls, adminUrl]
  const given = [
    ...hostnames,
    ...appHostnames(appOrigins),
    ...said.map((url) => new URL(url).hostname),
  ]
  return {
    isNamed: (name) => {
      // Who gave the box a certificate said for what; one that it makes itself is for all by which people come.
      const certified = tls.mode === 'provided' ? tls.names() : []
      return isCovered(name, new Set([...given, ...certified, ...machineNames()]))
    },
    // A name of one label is found in the network's own DNS only.
    isLocal: (name) => !name.includes('.') || permits(LOCAL, name),
  }
}

/** Those of this machine, as browsers write them. */
function machineNames(): readonly string[] {
  const [full = '', ...others] = hostNames()
  const [first = ''] = full.split('.', 1)
  return [full, first, ...others].map((name) => name.toLowerCase())
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
    readonly turnedAway: TurnedAway
  } & AppNeeds,
): ReturnType<Gate['appParts']> {
  const { clock, breaches, whereabouts, turnedAway, sessions, folders } = parts
  const { door, logins } = access
  const { DoorPages } = await import('./access/door-pages.ts')
  const tokens = await access.tokens()
  const wording = (text: string) => inCommandWords(text, config.commands)
  const entrance = {
    ...{ door, logins, pages: await DoorPages.load(wording) },
    publicUrl: ({ raw }: { raw: IncomingMessage }) => whereabouts.publicUrl(raw),
    hosts: ({ raw }: { raw: IncomingMessage }) => whereabouts.hosts(raw),
  }
  return {
    apps: {
      entrance: { ...entrance, clock, sessions, turnedAway },
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
      admin: await adminParts(access, { clock, breaches, wording }),
    },
  }
}

async function adminParts(
  { logins, invites, audit, admin }: Access,
  parts: Pick<GateParts, 'clock' | 'breaches'> & Pick<PasswordLoginsParts, 'wording'>,
): Promise<AdminAppParts['admin']> {
  const { PasswordLogins } = await import('./admin/password-logins.ts')
  return {
    ...{ ...admin, invites, audit },
    logins: new PasswordLogins({ ...admin, ...parts, logins, accountOf }),
    version: programVersion(),
  }
}

function setupPathOf({ admin }: Access): string | undefined {
  return admin.password.id === undefined ? `admin/setup/${admin.setupLink.make().code}` : undefined
}

function whereaboutsBy({ isTrusted, clientAddress, hosts }: Proxies): Whereabouts {
  return {
    clientAddress,
    hosts,
    publicUrl: (request) => publicUrl(request, isTrusted(request.socket.remoteAddress ?? '')),
  }
}
