import { isInRange, labelIn } from './apps/origins/origin-rule.ts'
import { DOCKER_SETTINGS, SETTINGS, type Setting } from './settings.ts'
import { type EnvFile, readEnvFile } from './system/env-file.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** What is wrong with the settings, all of it, in words for the person who set them. */
export class ConfigError extends Error {
  readonly problems: readonly string[]
  constructor(problems: readonly string[]) {
    super(`wrong settings:\n${problems.map((problem) => `  ${problem}`).join('\n')}`)
    this.name = 'ConfigError'
    this.problems = problems
  }
}

/** The settings of one box, parsed. Sizes in bytes. */
export type Config = {
  readonly [K in keyof typeof SETTINGS]: ReturnType<(typeof SETTINGS)[K]['parse']>
}

/**
 * The settings of this process: of its environment, and for what that lacks, of the file `.env`.
 * @throws {ConfigError} likewise, naming the line of the file
 */
export function readConfig(env: Environment): Config {
  return loadConfig(env, readEnvFile(env[SETTINGS.envFile.env]))
}

/** @throws {ConfigError} naming every wrong or unknown `BOX_…` variable at once */
export function loadConfig(env: Environment, file?: EnvFile): Config {
  const problems: string[] = [...(file?.problems ?? [])]
  const all: Environment = { ...file?.values, ...env }
  const place = (name: string) => placeOf(name, env, file)
  for (const name of Object.keys(all).filter((each) => each.startsWith('BOX_'))) {
    const wrong = wrongName(name, all, env[name] === undefined)
    if (wrong !== undefined) problems.push(`${name} ${wrong}${place(name)}`)
  }
  const config = Object.fromEntries(
    Object.entries(SETTINGS).map(([key, entry]) => {
      const told = (problem: string) => problems.push(`${problem}${place(entry.env)}`)
      return [key, read(entry, all[entry.env], told)]
    }),
  )
  if (problems.length === 0) problems.push(...contradictionsIn(config as Config))
  if (problems.length > 0) throw new ConfigError(problems)
  return Object.freeze(config) as Config
}

const KNOWN = new Set<string>(Object.values(SETTINGS).map(({ env }) => env))
const OF_DOCKER = new Set<string>(DOCKER_SETTINGS.map(({ env }) => env))

/** The file is the same for Docker, which has settings of its own; in its container they are there, too. */
function wrongName(name: string, all: Environment, isOfFile: boolean): string | undefined {
  if (name === SETTINGS.envFile.env && isOfFile) return 'cannot be set in the file that it names'
  if (KNOWN.has(name)) return undefined
  if (!OF_DOCKER.has(name)) return 'is no setting of the box'
  if (isOfFile || all[SETTINGS.commands.env] === 'compose') return undefined
  return `is for Docker only: without it the port is that of ${SETTINGS.port.env}`
}

function placeOf(name: string, env: Environment, file: EnvFile | undefined): string {
  const line = file?.lines.get(name)
  return env[name] !== undefined || line === undefined ? '' : ` (${file?.path}, line ${line})`
}

/** What is wrong with settings that are right each for itself. */
function contradictionsIn(config: Config): string[] {
  const { access, passphrase, passphraseFile, jwtSecret, jwtSecretFile, jwksUrl } = config
  const problems: string[] = [
    ...contradictionsInAddresses(config),
    ...contradictionsInOrigins(config),
  ]
  if (config.adminPassword && config.adminPasswordFile) {
    problems.push('BOX_ADMIN_PASSWORD and BOX_ADMIN_PASSWORD_FILE are both set: set one of them')
  }
  if (passphrase && passphraseFile) {
    problems.push('BOX_PASSPHRASE and BOX_PASSPHRASE_FILE are both set: set one of them')
  }
  if (access === 'passphrase' && !passphrase && !passphraseFile) {
    problems.push('BOX_ACCESS=passphrase needs BOX_PASSPHRASE or BOX_PASSPHRASE_FILE')
  }
  const keys = [jwtSecret, jwtSecretFile, jwksUrl].filter((key) => key !== undefined)
  if (keys.length > 1) {
    problems.push('of BOX_JWT_SECRET, BOX_JWT_SECRET_FILE and BOX_JWKS_URL, set one only')
  }
  if (access === 'jwt' && keys.length === 0) {
    problems.push('BOX_ACCESS=jwt needs BOX_JWT_SECRET, BOX_JWT_SECRET_FILE or BOX_JWKS_URL')
  }
  return problems
}

/** Only another origin keeps apps away from the dashboard. */
function contradictionsInAddresses({ port, adminPort, adminUrl, urls }: Config): string[] {
  const problems: string[] = []
  if (adminPort === port && port !== 0) {
    problems.push(
      `BOX_ADMIN_PORT and BOX_PORT are both ${port}: the dashboard needs a port of its own`,
    )
  }
  if (adminUrl === undefined) return problems
  if (urls.length === 0) {
    problems.push('BOX_ADMIN_URL needs BOX_URLS: say as well where people open apps')
  }
  const { origin } = new URL(adminUrl)
  if (urls.some((url) => new URL(url).origin === origin)) {
    problems.push(
      `BOX_ADMIN_URL is at ${origin}, as BOX_URLS is: the dashboard needs another host name or port than apps`,
    )
  }
  return problems
}

/** What is asked at the box's own addresses must not be taken for an app's. */
function contradictionsInOrigins({ appOrigins, ...config }: Config): string[] {
  if (appOrigins.kind === 'ports') {
    const { ports } = appOrigins
    const own = { BOX_PORT: config.port, BOX_ADMIN_PORT: config.adminPort }
    return Object.entries(own)
      .filter(([, port]) => isInRange(ports, port))
      .map(([name, port]) => `BOX_APP_ORIGINS has port ${port}, which is that of ${name}`)
  }
  if (appOrigins.kind === 'shared') return []
  const { domain } = appOrigins
  const urls = config.adminUrl === undefined ? config.urls : [...config.urls, config.adminUrl]
  const hosts = [...urls.map((url) => new URL(url).hostname), ...config.hostnames]
  return hosts
    .filter((host) => labelIn(domain, host) !== undefined)
    .map((host) => `BOX_APP_ORIGINS=*.${domain} gives ${host} to an app: it is the box's own name`)
}

function read(
  entry: Setting<unknown>,
  given: string | undefined,
  onProblem: (problem: string) => void,
): unknown {
  const text = given === undefined || given === '' ? entry.default : given
  try {
    return entry.parse(text)
  } catch (error) {
    const not = entry.isSecret ? '' : `, not "${text}"`
    onProblem(`${entry.env} must be ${(error as Error).message}${not}`)
    return undefined
  }
}
