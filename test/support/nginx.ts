import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type FileHandle, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { findProgram } from './programs.ts'

const run = promisify(execFile)
const NGINX_FOLDER = join(import.meta.dirname, '../../nginx')
const TEMPLATE = join(NGINX_FOLDER, 'nginx.conf.template')
const HIDE_SECRETS = join(NGINX_FOLDER, 'hide-secrets.sh')
const READY_MS = 5_000
const POLL_MS = 20
const NOBODY_LISTENS = 1

/** nginx with the project's configuration. */
export interface TestNginx {
  /** `https://127.0.0.1:PORT` */
  readonly httpsUrl: string
  /** `http://127.0.0.1:PORT` */
  readonly httpUrl: string
  /** the dashboard's port, by https: `https://127.0.0.1:PORT` */
  readonly adminUrl: string
  /** what nginx has logged so far: access and errors */
  log(): Promise<string>
  /** Stops nginx and removes its folder. */
  stop(): Promise<void>
}

export interface TestNginxOptions {
  /** the box's upload folder; without it nginx sees none */
  readonly uploadsDir?: string
  /** the dashboard's port, and where it is at the box; without it nobody answers there */
  readonly admin?: { readonly port: number; readonly box: string }
  /** variables of its image, to be set to something else */
  readonly env?: Readonly<Record<string, string>>
  /** where the box puts the certificate; without it there is none, and no https */
  readonly certificateDir?: string
}

/**
 * Starts nginx on free ports, in the way in which its image does.
 * @param boxPort where the box is, on 127.0.0.1
 */
export async function startNginx(
  boxPort: number,
  { uploadsDir, certificateDir, env, admin }: TestNginxOptions = {},
): Promise<TestNginx> {
  const program = findProgram('nginx')
  if (!program) throw new Error('nginx is not installed')
  const dir = await mkdtemp(join(tmpdir(), 'box-nginx-'))
  const [httpPort, httpsPort, adminPort, appsPort] = await ports()
  const errorLog = join(dir, 'errors')
  const text = await render(await readFile(TEMPLATE, 'utf8'), program, {
    ...(await imageEnv()),
    NGINX_RUN_DIR: dir,
    NGINX_ERROR_LOG: errorLog,
    NGINX_CERTIFICATE_DIR: certificateDir ?? dir,
    NGINX_UPLOADS_DIR: uploadsDir ?? join(dir, 'no-uploads'),
    NGINX_LISTEN_HTTP: `127.0.0.1:${httpPort}`,
    NGINX_LISTEN_HTTPS: `127.0.0.1:${httpsPort}`,
    NGINX_LISTEN_APPS: `127.0.0.1:${appsPort}`,
    NGINX_LISTEN_ADMIN: `127.0.0.1:${admin?.port ?? adminPort}`,
    NGINX_BOX_ADMIN: admin?.box ?? `127.0.0.1:${NOBODY_LISTENS}`,
    NGINX_BOX: `127.0.0.1:${boxPort}`,
    NGINX_RESOLVER: '127.0.0.1',
    ...env,
  })
  await writeFile(join(dir, 'nginx.conf'), text)
  // A file, because nginx cannot open a pipe of Node's by its name, /dev/stdout.
  const logPath = join(dir, 'log')
  const log = await open(logPath, 'a')
  const stopHiding = await hideSecrets(errorLog, log)
  const nginx = spawnNginx(program, dir, log)
  const stop = async () => {
    if (nginx.exitCode === null && nginx.kill()) await once(nginx, 'exit')
    stopHiding()
    await log.close()
    await rm(dir, { recursive: true })
  }
  try {
    await untilListening(httpsPort, nginx)
  } catch (cause) {
    const logged = await readFile(logPath, 'utf8')
    await stop()
    throw new Error(`nginx did not start: ${logged}`, { cause })
  }
  return {
    httpsUrl: `https://127.0.0.1:${httpsPort}`,
    httpUrl: `http://127.0.0.1:${httpPort}`,
    adminUrl: `https://127.0.0.1:${admin?.port ?? adminPort}`,
    log: () => readFile(logPath, 'utf8'),
    stop,
  }
}

/** The variables that nginx's image sets. */
async function imageEnv(): Promise<Record<string, string>> {
  const text = await readFile(join(NGINX_FOLDER, 'Dockerfile'), 'utf8')
  const entries = text.matchAll(/\b(NGINX_\w+)=(?:"(.*)"|([^\s"]+))/g)
  return Object.fromEntries([...entries].map(([, name, quoted, bare]) => [name, quoted ?? bare]))
}

/** What envsubst does in nginx's image, without what an older version does not know. */
async function render(template: string, program: string, env: Record<string, string>) {
  const text = template.replace(/\$\{(\w+)\}/g, (whole, name: string) => env[name] ?? whole)
  const { stderr } = await run(program, ['-v'])
  const [, minor = 0, patch = 0] = stderr.match(/\d+/g)?.map(Number) ?? []
  const isSince = (sinceMinor: number, sincePatch: number) =>
    minor > sinceMinor || (minor === sinceMinor && patch >= sincePatch)
  const withHttp2 = isSince(25, 1)
    ? text
    : text.replaceAll('http2 on;', '').replaceAll(' ssl;', ' ssl http2;')
  return isSince(27, 4) ? withHttp2 : withHttp2.replace(/ssl_certificate_cache [^;]*;/, '')
}

/** Runs the script that nginx's image runs first; ends what it left running. */
async function hideSecrets(errorLog: string, log: FileHandle): Promise<() => void> {
  const script = spawn('sh', [HIDE_SECRETS], {
    stdio: ['ignore', log.fd, log.fd],
    env: { ...process.env, NGINX_ERROR_LOG: errorLog },
    detached: true,
  })
  await once(script, 'exit')
  const { pid } = script
  return () => {
    try {
      if (pid !== undefined) process.kill(-pid)
    } catch {} // It ended with nginx.
  }
}

function spawnNginx(program: string, dir: string, log: FileHandle): ChildProcess {
  // Root would give its processes to a user of no group that the box's files are for.
  const user = process.getuid?.() === 0 ? 'user nobody root;' : ''
  const global = `daemon off; ${user}`
  const args = ['-p', dir, '-e', 'stderr', '-c', join(dir, 'nginx.conf'), '-g', global]
  return spawn(program, args, { stdio: ['ignore', log.fd, log.fd] })
}

async function ports(): Promise<[http: number, https: number, admin: number, apps: number]> {
  const [http = 0, https = 0, admin = 0, apps = 0] = await findFreePorts(4)
  return [http, https, admin, apps]
}

/** Ports of this machine that nobody has at the moment. */
export async function findFreePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer())
  const ports = servers.map(async (server) => {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return (server.address() as AddressInfo).port
  })
  const found = await Promise.all(ports)
  for (const server of servers) server.close()
  return found
}

/** Resolves when nginx takes connections. */
export async function untilListening(port: number, nginx: ChildProcess): Promise<void> {
  const end = performance.now() + READY_MS
  while (nginx.exitCode === null && performance.now() < end) {
    const socket = connect(port, '127.0.0.1')
    try {
      await once(socket, 'connect')
      return
    } catch {
      await delay(POLL_MS)
    } finally {
      socket.destroy()
    }
  }
  throw new Error(`exit code ${nginx.exitCode}`)
}
