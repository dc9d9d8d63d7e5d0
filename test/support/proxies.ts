import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findFreePorts, untilListening } from './nginx.ts'
import { findProgram } from './programs.ts'
import type { SampleCertificate } from './sample-certificate.ts'

/** What a proxy is to pass on. */
const PASSED_ON = {
  Upgrade: '$http_upgrade',
  Connection: 'upgrade',
  Host: '$http_host',
  'X-Forwarded-Proto': '$scheme',
  'X-Forwarded-Host': '$http_host',
  'X-Forwarded-For': '$remote_addr',
} as const

/** A proxy of somebody's own in front of the box, with something wrong or nothing. */
export interface ProxyPlan {
  /** headers that it passes on in another way; undefined: not at all */
  readonly headers?: Partial<Record<keyof typeof PASSED_ON, string | undefined>>
  readonly certificate?: SampleCertificate
  /** more of its configuration */
  readonly more?: string
  /** where the box is; undefined: as it is for the others */
  readonly boxPort?: number
}

export interface Proxies<Name extends string> {
  /** of each by name, with a slash at its end */
  readonly urls: Readonly<Record<Name, string>>
  stop(): Promise<void>
}

/** Starts one nginx that is all of these proxies, each at a port of its own of 127.0.0.1. */
export async function startProxies<Name extends string>(
  boxPort: number,
  plans: Readonly<Record<Name, ProxyPlan>>,
): Promise<Proxies<Name>> {
  const program = findProgram('nginx')
  if (!program) throw new Error('nginx is not installed')
  const dir = await mkdtemp(join(tmpdir(), 'box-proxies-'))
  const named = Object.entries<ProxyPlan>(plans)
  const ports = await findFreePorts(named.length)
  const servers = named.map(async ([, plan], index) => {
    const { certificate } = plan
    const pem = join(dir, `${index}.pem`)
    if (certificate) await writeFile(pem, `${certificate.certificate}\n${certificate.key}\n`)
    return serverOf({ boxPort, ...plan }, `${ports[index]}`, certificate && pem)
  })
  const config = join(dir, 'nginx.conf')
  await writeFile(config, frameOf(dir, await Promise.all(servers)))
  const args = ['-p', dir, '-e', 'stderr', '-c', config, '-g', 'daemon off;']
  const nginx = spawn(program, args, { stdio: 'ignore' })
  const stop = async () => {
    if (nginx.exitCode === null && nginx.kill()) await once(nginx, 'exit')
    await rm(dir, { recursive: true })
  }
  try {
    await untilListening(ports.at(-1) ?? 0, nginx)
  } catch (error) {
    await stop()
    throw error
  }
  const urls = named.map(([name, { certificate }], index) => [
    name,
    `${certificate ? 'https' : 'http'}://127.0.0.1:${ports[index]}/`,
  ])
  return { urls: Object.fromEntries(urls), stop }
}

function frameOf(dir: string, servers: readonly string[]): string {
  return `
    pid ${dir}/nginx.pid;
    error_log stderr crit;
    events { }
    http {
      access_log off;
      # Root would give its processes to a user that may not write here.
      proxy_request_buffering off;
      proxy_max_temp_file_size 0;
      client_body_temp_path ${dir}/body;
      proxy_temp_path ${dir}/proxy;
      fastcgi_temp_path ${dir}/fastcgi;
      uwsgi_temp_path ${dir}/uwsgi;
      scgi_temp_path ${dir}/scgi;
      ${servers.join('')}
    }`
}

function serverOf(
  { boxPort, headers, more = 'client_max_body_size 0;' }: ProxyPlan,
  port: string,
  pem: string | undefined,
): string {
  const passed = Object.entries({ ...PASSED_ON, ...headers })
  const tls = pem && `ssl_certificate ${pem}; ssl_certificate_key ${pem};`
  return `
    server {
      listen 127.0.0.1:${port}${pem ? ' ssl' : ''};
      ${tls ?? ''}
      ${more}
      location / {
        proxy_pass http://127.0.0.1:${boxPort};
        proxy_http_version 1.1;
        ${passed.map(([name, value]) => (value === undefined ? '' : `proxy_set_header ${name} ${value};`)).join('\n')}
      }
    }`
}
