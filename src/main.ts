import { type Box, openBox } from './box.ts'
import { type Config, ConfigError, loadConfig } from './config.ts'
import { isEverywhere } from './system/addresses.ts'
import { createLog } from './system/log.ts'

/** A box that has not stopped by then is ended (ms). */
const STOP_TIMEOUT_MS = 4500
/** Logs go to standard error, so that standard output is for people. */
const STANDARD_ERROR = 2

let hasFailed = false
const config = readConfig()
const log = createLog(config.logLevel, STANDARD_ERROR)
const box = await start()
greet(config, box)

process.on('SIGTERM', () => void stop('SIGTERM'))
process.on('SIGINT', () => void stop('SIGINT'))
process.on('uncaughtException', fail)

function readConfig(): Config {
  try {
    return loadConfig(process.env)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    console.error(error.message)
    process.exit(1)
  }
}

async function start(): Promise<Box> {
  try {
    return await openBox(config, log, fail)
  } catch (error) {
    console.error(`The box could not start: ${(error as Error).message}`)
    log.debug({ scope: 'process', event: 'start-failed', err: error }, 'box could not start')
    process.exit(1)
  }
}

function greet(config: Config, { port, networkUrls }: Box): void {
  const host = isEverywhere(config.host) ? 'localhost' : config.host
  const own = `http://${host.includes(':') ? `[${host}]` : host}:${port}`
  const ownUrls = [own, ...networkUrls].map((url) => `${url}/`)
  const urls = config.urls.length > 0 ? config.urls : ownUrls
  log.notice({ scope: 'process', event: 'start', urls }, 'box started')
  console.log(['The box is running. Open it at', ...urls.map((url) => `  ${url}`)].join('\n'))
}

function fail(error: unknown): void {
  hasFailed = true
  log.fatal({ scope: 'process', event: 'failed', err: error }, 'the box failed and stops')
  void stop('failure')
}

async function stop(reason: string): Promise<void> {
  setTimeout(() => process.exit(1), STOP_TIMEOUT_MS).unref()
  log.info({ scope: 'process', event: 'stopping', reason }, 'box stops')
  try {
    await box.close()
  } catch (error) {
    log.fatal({ scope: 'process', event: 'stop-failed', err: error }, 'box did not stop in order')
    process.exit(1)
  }
  log.notice({ scope: 'process', event: 'end' }, 'box stopped')
  process.exit(hasFailed ? 1 : 0)
}
