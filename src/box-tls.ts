import type { IncomingMessage } from 'node:http'
import { join, resolve } from 'node:path'
import { appHostnames } from './apps/origins/origin-rule.ts'
import { AUTHORITY_NAME } from './backup/box-folder.ts'
import type { Config } from './config.ts'
import { publicUrl } from './reflector/public-url.ts'
import { hostNames, isEverywhere, lanAddresses, lanAddresses6 } from './system/addresses.ts'
import { type SteadyClock, systemTimers } from './system/clock.ts'
import type { BoxLog } from './system/log.ts'
import type { Proxies } from './system/proxies.ts'
import type { RunningTls } from './tls/ports.ts'
import { openTls } from './tls/tls.ts'

/** Below `BOX_FILES_DIR`, unless `BOX_TLS_DIR` says otherwise. */
const CERTIFICATE_DIR = 'tls'

export interface BoxTlsParts {
  readonly clock: SteadyClock
  readonly log: BoxLog
  /** that the box has now */
  readonly mdnsName: () => string | undefined
}

/**
 * Opens what makes or watches the box's certificate, as the settings say.
 * @throws {Error} with a sentence for the person who starts the box
 */
export function openBoxTls(
  config: Config,
  { clock, log, mdnsName }: BoxTlsParts,
): Promise<RunningTls> {
  const filesDir = resolve(config.filesDir)
  return openTls({
    mode: config.tls,
    hostnames: [...config.hostnames, ...appHostnames(config.appOrigins)],
    ownHosts: () => [...ownHosts(config), mdnsName() ?? ''],
    authorityDir: join(filesDir, AUTHORITY_NAME),
    certificateDir: resolve(config.tlsDir || join(filesDir, CERTIFICATE_DIR)),
    certificateFile: resolve(config.tlsCertFile),
    keyFile: resolve(config.tlsKeyFile),
    clock,
    timers: systemTimers,
    log,
  })
}

/** The host by which a web socket's client reached the box, without the port. */
export function hostBehind(request: IncomingMessage, { isTrusted }: Proxies): string {
  return new URL(publicUrl(request, isTrusted(request.socket.remoteAddress ?? ''))).hostname
}

/** This machine's, unless the settings say that they lead nowhere from outside. */
function ownHosts({ urls, host }: Config): readonly string[] {
  if (urls.length > 0) return urls.map((url) => new URL(url).hostname)
  if (!isEverywhere(host)) return [host]
  return [...lanAddresses(), ...(host === '::' ? lanAddresses6() : []), ...hostNames()]
}
