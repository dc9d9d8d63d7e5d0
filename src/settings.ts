import { getHeapStatistics } from 'node:v8'
import { parseNetworks } from './access/networks.ts'
import { parseOrigins } from './access/origins.ts'
import { POLICIES } from './access/policy.ts'
import { parseOriginRule } from './apps/origins/origin-rule.ts'
import { parseAllowedHosts } from './herald/allowed-hosts.ts'
import { parseMdnsName } from './mdns/mdns-name.ts'
import {
  DURABILITIES,
  MOST,
  MOST_DAYS,
  MOST_UPLOADS,
  oneOf,
  parseAdminPassword,
  parseDays,
  parseHistories,
  parseHost,
  parseInteger,
  parseJwtSecret,
  parseKibibytes,
  parseMegabytes,
  parseOptionalBase,
  parseOptionalText,
  parseOptionalUrl,
  parsePassphrase,
  parsePort,
  parseProxies,
  parseText,
  parseUrls,
  readSecret,
} from './setting-parsers.ts'
import { COMMAND_WAYS } from './system/command-words.ts'
import { USUAL_ENV_FILE } from './system/env-file.ts'
import { AUTO_LEVEL, LOG_LEVELS } from './system/log-level.ts'
import { parseHostnames } from './tls/host.ts'
import { TLS_MODES } from './tls/ports.ts'
import { HTTP_WAYS } from './trust/http-way.ts'

/** One environment variable. */
export interface Setting<T> {
  readonly env: string
  readonly default: string
  readonly help: string
  /** Its value is shown to nobody. */
  readonly isSecret: boolean
  /** Throws an Error whose message completes "BOX_X must be …". */
  readonly parse: (text: string) => T
}

const setting = <T>(
  env: string,
  fallback: string,
  help: string,
  parse: (text: string) => T,
): Setting<T> => ({ env, default: fallback, help, isSecret: false, parse })

const secretSetting = <T>(
  env: string,
  help: string,
  parse: (text: string) => T,
): Setting<T | undefined> => ({
  ...{ env, default: '', help, isSecret: true },
  parse: (text) => (text === '' ? undefined : parse(text)),
})

/** One that may be 0, for none. @param unit of the number, in bytes or ms */
const limit = (env: string, fallback: number, help: string, unit = 1): Setting<number> =>
  setting(env, `${fallback}`, `${help}; 0: no limit`, (text) => {
    const value = parseInteger(text, 0, MOST)
    return value === 0 ? Infinity : value * unit
  })

/** Every setting: environment variable, default, meaning. The table of docs/settings.md is this one. */
export const SETTINGS = {
  host: setting(
    'BOX_HOST',
    '::',
    'address to listen on; `::`: all of IPv6 and IPv4, or of IPv4 where there is no IPv6; `0.0.0.0`: all of IPv4 only',
    parseHost,
  ),
  port: setting('BOX_PORT', '8888', 'port to listen on; 0 takes a free one', parsePort),
  adminPort: setting(
    'BOX_ADMIN_PORT',
    '8889',
    'port of the dashboard and its API, at an origin that no app shares; 0 takes a free one',
    parsePort,
  ),
  adminUrl: setting(
    'BOX_ADMIN_URL',
    '',
    'where people reach the dashboard, if that is not `BOX_ADMIN_PORT` of the host by which they reach the box (`https://admin.school.example/`); needs `BOX_URLS`',
    parseOptionalBase,
  ),
  appOrigins: setting(
    'BOX_APP_ORIGINS',
    '',
    'walls between hosted apps: a range of ports, of which each deployed app gets one (`9000-9019`), or names, by which each app has a host of its own (`*.apps.school.example`); empty: apps share one origin',
    parseOriginRule,
  ),
  webDir: setting('BOX_WEB_DIR', 'web', 'folder served at `/`', parseText),
  filesDir: setting('BOX_FILES_DIR', 'files', 'folder of the uploads and the database', parseText),
  access: setting(
    'BOX_ACCESS',
    'lan',
    'who may come in: `lan`, those on the same network; `open`, everybody who can reach the box; `passphrase`, who knows it; `invite`, who has a link; `jwt`, who brings a token of yours',
    (text) => oneOf(POLICIES, text),
  ),
  allow: setting(
    'BOX_ALLOW',
    '',
    'who counts as on the same network, beside private addresses: addresses, networks; comma-separated',
    parseNetworks,
  ),
  passphrase: secretSetting(
    'BOX_PASSPHRASE',
    'the passphrase, of at least 8 characters; a new one ends all logins by the old',
    parsePassphrase,
  ),
  passphraseFile: secretSetting(
    'BOX_PASSPHRASE_FILE',
    'a file with the passphrase, in place of `BOX_PASSPHRASE`',
    (text) => parsePassphrase(readSecret(text)),
  ),
  passphraseDays: setting(
    'BOX_PASSPHRASE_DAYS',
    '30',
    'days for which a browser that knew the passphrase is not asked again',
    (text) => parseInteger(text, 1, MOST_DAYS),
  ),
  mostPassphraseTries: setting(
    'BOX_MAX_PASSPHRASE_TRIES',
    '10',
    'wrong passphrases a minute from one address, after which it has to wait',
    (text) => parseInteger(text, 1, 10_000),
  ),
  mostWaitingVisitors: setting(
    'BOX_MAX_WAITING_VISITORS',
    '1000',
    'web sockets that may wait at a time until their token is checked',
    (text) => parseInteger(text, 1, 1_000_000),
  ),
  jwtSecret: secretSetting(
    'BOX_JWT_SECRET',
    'with `BOX_ACCESS=jwt`: the secret of at least 32 bytes by which tokens are signed (HS256)',
    parseJwtSecret,
  ),
  jwtSecretFile: secretSetting(
    'BOX_JWT_SECRET_FILE',
    'a file with that secret, in place of `BOX_JWT_SECRET`',
    (text) => parseJwtSecret(readSecret(text)),
  ),
  jwksUrl: setting(
    'BOX_JWKS_URL',
    '',
    'in place of a secret: where the public keys are by which tokens are signed (RS256, ES256, EdDSA …)',
    parseOptionalUrl,
  ),
  jwtIssuer: setting(
    'BOX_JWT_ISSUER',
    '',
    'the only `iss` of tokens that is taken; empty: any',
    parseOptionalText,
  ),
  jwtAudience: setting(
    'BOX_JWT_AUDIENCE',
    '',
    'the only `aud` of tokens that is taken; empty: any',
    parseOptionalText,
  ),
  adminPassword: secretSetting(
    'BOX_ADMIN_PASSWORD',
    'the password of those who run the box, of at least 10 characters; without it, one is set by the link that the box shows when it starts',
    parseAdminPassword,
  ),
  adminPasswordFile: secretSetting(
    'BOX_ADMIN_PASSWORD_FILE',
    'a file with that password, in place of `BOX_ADMIN_PASSWORD`',
    (text) => parseAdminPassword(readSecret(text)),
  ),
  origins: setting(
    'BOX_ORIGINS',
    '',
    'origins (`https://school.example`) whose pages may use the box, beside its own; comma-separated; `*`: all, which is so by itself with `BOX_ACCESS=open`',
    parseOrigins,
  ),
  monitors: setting(
    'BOX_MONITORS',
    'loopback',
    'who may see `/metrics`, `/sessions` and `/users/…`: addresses, networks, `loopback`, `uniquelocal`; comma-separated',
    parseNetworks,
  ),
  durability: setting(
    'BOX_DURABILITY',
    'process',
    'what messages outlive once anybody saw them: the `process`, or a `power` failure, too; `none` keeps nothing and is for measuring',
    (text) => oneOf(DURABILITIES, text),
  ),
  keptSnapshots: setting(
    'BOX_KEPT_SNAPSHOTS',
    '3',
    'how many snapshots a session can fall back to, with all messages since',
    (text) => parseInteger(text, 1, 100),
  ),
  sessionDays: setting(
    'BOX_SESSION_DAYS',
    '0',
    'days after which a session that nobody visited is deleted, with what it saved; 0: never',
    parseDays,
  ),
  dataDays: setting(
    'BOX_DATA_DAYS',
    '0',
    'days after which files that apps shared (Data API) are deleted, needed or not; 0: with their session',
    parseDays,
  ),
  logLevel: setting(
    'BOX_LOG_LEVEL',
    AUTO_LEVEL,
    'least level logged: `trace`, `debug`, `info`, `notice`, `warn`, `error`, `fatal`, `silent`; `auto`: `info`, but a terminal shows only `warn` and worse',
    (text) => oneOf([...LOG_LEVELS, AUTO_LEVEL], text),
  ),
  maxUploadBytes: setting(
    'BOX_MAX_UPLOAD_MB',
    '100',
    'largest upload, MB (1 MB = 1,000,000 bytes)',
    parseMegabytes,
  ),
  maxAppBytes: setting(
    'BOX_MAX_APP_MB',
    '500',
    'largest hosted app, unpacked, and largest upload of one, MB',
    parseMegabytes,
  ),
  uploadsPerMinute: setting(
    'BOX_UPLOADS_PER_MINUTE',
    '600',
    'uploads a minute from one address',
    (text) => parseInteger(text, 1, MOST_UPLOADS),
  ),
  uploadBytesPerMinute: setting(
    'BOX_UPLOAD_MB_PER_MINUTE',
    '4000',
    'uploads a minute from one address, MB',
    parseMegabytes,
  ),
  maxAddressUploads: setting(
    'BOX_MAX_ADDRESS_UPLOADS',
    '200',
    'uploads at once from one address',
    (text) => parseInteger(text, 1, MOST_UPLOADS),
  ),
  maxUploads: setting(
    'BOX_MAX_UPLOADS',
    '500',
    'uploads at once from all addresses; each takes two open files and up to 0.5 MB of memory',
    (text) => parseInteger(text, 1, MOST_UPLOADS),
  ),
  minUploadRate: setting(
    'BOX_MIN_UPLOAD_RATE',
    '1000',
    'bytes a second that an upload has to bring, over 30 s; 0: any',
    (text) => parseInteger(text, 0, 1_000_000),
  ),
  maxVolumePercent: setting(
    'BOX_MAX_VOLUME_PERCENT',
    '90',
    'uploads are refused when the disk of `BOX_FILES_DIR` is fuller, %',
    (text) => parseInteger(text, 1, 100),
  ),
  maxConnections: setting(
    'BOX_MAX_CONNECTIONS',
    '20000',
    'connections open at once, web sockets among them',
    (text) => parseInteger(text, 1, 1_000_000),
  ),
  maxHeaderBytes: setting(
    'BOX_MAX_HEADER_KB',
    '16',
    'address and headers of a request together, KiB',
    (text) => parseInteger(text, 8, 256) * 1024,
  ),
  maxFrameBytes: setting(
    'BOX_MAX_FRAME_KB',
    '1024',
    'largest web-socket frame taken from a client, KiB',
    parseKibibytes,
  ),
  messagesPerSecond: limit(
    'BOX_MAX_MESSAGES_PER_SECOND',
    500,
    'messages a second from one connection, four times as many at once; who sends more is slowed down',
  ),
  bytesPerSecond: limit(
    'BOX_MAX_KB_PER_SECOND',
    4096,
    'KiB a second from one connection, likewise',
    1024,
  ),
  connectionsPerAddress: limit(
    'BOX_MAX_CONNECTIONS_PER_ADDRESS',
    500,
    'web sockets from one address, behind which there may be a whole school',
  ),
  unjoinedPerAddress: limit(
    'BOX_MAX_UNJOINED_PER_ADDRESS',
    250,
    'web sockets from one address that have not joined a session; the oldest make room',
  ),
  unjoined: limit(
    'BOX_MAX_UNJOINED',
    2000,
    'and from all together; when a quarter of them are there, others are let in slowly',
  ),
  usersPerSession: limit('BOX_MAX_USERS_PER_SESSION', 2000, 'users in one session'),
  sessionsPerAddress: limit(
    'BOX_MAX_SESSIONS_PER_ADDRESS',
    500,
    'running sessions that were opened from one address',
  ),
  sessions: limit('BOX_MAX_SESSIONS', 10_000, 'running sessions'),
  historyBytes: limit(
    'BOX_MAX_HISTORY_MB',
    250,
    'what a session keeps since its last snapshot, MB',
    1_000_000,
  ),
  historiesBytes: setting(
    'BOX_MAX_HISTORIES_MB',
    'auto',
    'what all running sessions keep since their last snapshots, in memory, MB; the longest stop first; `auto`: a quarter of what Node may take of the memory, 500 at most; 0: no limit',
    (text) => parseHistories(text, getHeapStatistics().heap_size_limit),
  ),
  backlogBytes: limit(
    'BOX_MAX_BACKLOG_MB',
    16,
    'what may wait for a client that is slow to take it, MB; then it has to reconnect',
    1_000_000,
  ),
  backlogMs: limit(
    'BOX_MAX_BACKLOG_SECONDS',
    30,
    'seconds that a client may take nothing while more than 1 MB waits for it',
    1000,
  ),
  trustedProxies: setting(
    'BOX_TRUSTED_PROXIES',
    'loopback',
    'proxies whose `X-Forwarded-…` headers are believed: addresses, networks, `loopback`, `uniquelocal`; comma-separated',
    parseProxies,
  ),
  tls: setting(
    'BOX_TLS',
    'off',
    'the certificate for https: `local-ca`, of an authority of the box that devices are told to trust; `provided`, yours; `off`, none. nginx, or another proxy, shows it. With Docker `local-ca` unless set',
    (text) => oneOf(TLS_MODES, text),
  ),
  hostnames: setting(
    'BOX_HOSTNAMES',
    '',
    'names and addresses by which people reach the box, beside its own and local ones: by others nobody comes in with `lan`, and with `local-ca` they are in the certificate; `*.school.example` is one, too; comma-separated',
    parseHostnames,
  ),
  mdnsName: setting(
    'BOX_MDNS_NAME',
    'auto',
    'the name by which devices of the same network find the box without a name server (multicast DNS): `croquet` for `croquet.local`, or `croquet-2.local` … where that is taken; `off`: none; `auto`: `croquet`, and `off` in a container, from which multicast reaches no network, and where `BOX_URLS` says what others open',
    parseMdnsName,
  ),
  tlsDir: setting(
    'BOX_TLS_DIR',
    '',
    'folder where nginx finds the certificate (`box.pem`); empty: `tls` in `BOX_FILES_DIR`',
    parseText,
  ),
  tlsCertFile: setting(
    'BOX_TLS_CERT_FILE',
    'certificate/fullchain.pem',
    'with `provided`: the certificate, followed by its chain (PEM)',
    parseText,
  ),
  tlsKeyFile: setting(
    'BOX_TLS_KEY_FILE',
    'certificate/privkey.pem',
    'with `provided`: its private key, without a password (PEM)',
    parseText,
  ),
  heraldHosts: setting(
    'BOX_HERALD',
    '',
    'hosts that apps may have told who is in their sessions (`heraldUrl`): names, addresses, `*.example.org`, with a port unless it is the usual one; comma-separated; empty: nobody is told',
    parseAllowedHosts,
  ),
  http: setting(
    'BOX_HTTP',
    'redirect',
    'pages that are opened by http, unless `BOX_TLS` is `off`: `redirect`, browsers are led to https, those that do not trust the box yet by way of `/trust`; `serve`, they are served. Programs, web sockets and files are never led elsewhere',
    (text) => oneOf(HTTP_WAYS, text),
  ),
  commands: setting(
    'BOX_COMMANDS',
    'npm',
    'how the box words the commands that it names: `npm`, or `compose` where it runs in a container of Docker Compose',
    (text) => oneOf(COMMAND_WAYS, text),
  ),
  urls: setting(
    'BOX_URLS',
    '',
    "addresses to greet with, if they are not this machine's own, by whose names people may come in; comma-separated. Their ports are those that people use, 80 and 443 if nothing is said",
    parseUrls,
  ),
  envFile: setting(
    'BOX_ENV_FILE',
    USUAL_ENV_FILE,
    'file with settings that the environment does not have, one a line; it need not be there',
    parseText,
  ),
} as const

/** What Docker Compose makes of the file `.env` before the box sees it. */
export const DOCKER_SETTINGS = [
  { env: 'BOX_HTTP_PORT', default: '80', help: 'port for http' },
  { env: 'BOX_HTTPS_PORT', default: '443', help: 'port for https' },
] as const

/** What belongs to the container, if there is one: docker-compose.yml and Dockerfile say it. */
export const OUTSIDE_DOCKER: readonly string[] = [
  ...['BOX_HOST', 'BOX_PORT', 'BOX_WEB_DIR', 'BOX_FILES_DIR', 'BOX_TLS_DIR'],
  ...['BOX_TRUSTED_PROXIES', 'BOX_COMMANDS'],
]
