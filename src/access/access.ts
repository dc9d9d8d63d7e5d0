import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { AdminPassword } from './admin-password.ts'
import { AdminSessions } from './admin-sessions.ts'
import { ApiTokens } from './api-tokens.ts'
import { AuditLog } from './audit-log.ts'
import { Door } from './door.ts'
import type { Issuer } from './foreign-tokens.ts'
import { Invites } from './invites.ts'
import { openKey } from './key-file.ts'
import { KnownHosts, type KnownHostsParts } from './known-hosts.ts'
import { Logins } from './logins.ts'
import { Origins } from './origins.ts'
import { OwnNetworks } from './own-networks.ts'
import { Passphrase } from './passphrase.ts'
import { Policy, type PolicyName } from './policy.ts'
import type { AccountOf, Clock, Log } from './ports.ts'
import { SetupLink } from './setup-link.ts'
import type { Tokens } from './tokens.ts'
import { UsedHosts } from './used-hosts.ts'

const INVITES_NAME = 'invites.json'
const PASSWORD_NAME = 'admin.json'
const SESSIONS_NAME = 'logins.json'
const TOKENS_NAME = 'tokens.json'
/** Of this machine alone, so never in a backup. */
const USED_HOSTS_NAME = 'used-hosts.json'
const OWNER_ONLY = 0o700

export interface AccessOptions {
  /** the box's folder */
  readonly dir: string
  /** of the key and the invites */
  readonly accessDir: string
  readonly policy: PolicyName
  readonly allow: readonly string[]
  /** the networks that this machine is in now, which count as near, too */
  readonly ownSubnets: () => readonly string[]
  /** undefined: the policy's own */
  readonly origins: readonly string[] | undefined
  readonly monitors: readonly string[]
  /** by which names the box may be asked */
  readonly hosts: KnownHostsParts
  readonly passphrase: string | undefined
  /** of the settings */
  readonly adminPassword: string | undefined
  /** who makes the tokens of policy `jwt` */
  readonly issuer: Issuer | undefined
  readonly clock: Clock
  readonly log: Log
  readonly accountOf: AccountOf
}

/** What admins come in by. */
export interface AdminAccess {
  readonly password: AdminPassword
  readonly sessions: AdminSessions
  readonly apiTokens: ApiTokens
  readonly setupLink: SetupLink
}

/** Who may come in, and all that it takes to tell. */
export interface Access {
  readonly door: Door
  readonly invites: Invites
  readonly passphrase: Passphrase | undefined
  readonly audit: AuditLog
  readonly logins: Logins
  readonly admin: AdminAccess
  readonly usedHosts: UsedHosts
  /** Loads what reads tokens, with the first that is shown: those who show none need not wait for it. */
  tokens(): Promise<Tokens>
  /** Notes who may come in, if that has changed since the last start. It reads a long file: nobody should wait for it. */
  notePolicy(): Promise<void>
  /** Resolves when everything is written. */
  close(): Promise<void>
}

/** Opens the box's key, invites and audit log, made if they are missing. */
export async function openAccess(options: AccessOptions): Promise<Access> {
  const { dir, accessDir, policy, allow, monitors, issuer, clock, log, accountOf } = options
  const origins = options.origins ?? (policy === 'open' ? ['*'] : [])
  await mkdir(accessDir, { recursive: true, mode: OWNER_ONLY })
  const key = await openKey(accessDir, clock, log)
  const invites = await Invites.open(join(accessDir, INVITES_NAME), clock, log)
  const audit = await AuditLog.open(dir, clock, log)
  const admin = await openAdminAccess(options, key)
  const usedHosts = await UsedHosts.open(join(accessDir, USED_HOSTS_NAME), clock, log)
  const given = options.passphrase
  const passphrase = given === undefined ? undefined : new Passphrase(given, key)
  let loaded: Promise<Tokens> | undefined
  const tokens = () => {
    loaded ??= import('./tokens.ts').then(
      (module) =>
        new module.Tokens({
          ...{ key, clock, log, invites, passphrase, ...admin },
          issuer: policy === 'jwt' ? issuer : undefined,
        }),
    )
    return loaded
  }
  const isNamed = (name: string) => name === usedHosts.said || options.hosts.isNamed(name)
  const hosts = new KnownHosts({ ...options.hosts, isNamed })
  const door = new Door({
    policy: new Policy(policy, allow, hosts, new OwnNetworks(options.ownSubnets, clock)),
    hosts,
    origins: new Origins(origins),
    monitors,
    verify: async (token) => (await tokens()).verify(token),
    ...{ clock, log },
  })
  return {
    ...{ door, invites, passphrase, audit, tokens, admin, usedHosts },
    logins: new Logins(audit, clock, accountOf),
    notePolicy: () => audit.notePolicy({ access: policy, allow, origins, monitors }),
    close: async () => {
      const { password, sessions, apiTokens } = admin
      const kept = [password, sessions, apiTokens, invites, audit, usedHosts]
      await Promise.all(kept.map((each) => each.close()))
    },
  }
}

async function openAdminAccess(
  { accessDir, adminPassword: given, clock, log }: AccessOptions,
  key: Uint8Array,
): Promise<AdminAccess> {
  const pathOf = (name: string) => join(accessDir, name)
  const path = pathOf(PASSWORD_NAME)
  const password = await AdminPassword.open({ path, given, key, clock, log })
  const passwordId = () => password.id
  return {
    password,
    sessions: await AdminSessions.open(pathOf(SESSIONS_NAME), passwordId, clock, log),
    apiTokens: await ApiTokens.open(pathOf(TOKENS_NAME), clock, log),
    setupLink: new SetupLink(clock),
  }
}
