import { flushCompileCache } from 'node:module'
import { setTimeout as delay } from 'node:timers/promises'
import { watchAddresses } from './address-watch.ts'
import { LogTail } from './admin/log-tail.ts'
import type { Box } from './box.ts'
import type { Config } from './config.ts'
import { openStorage } from './storage.ts'
import type { Announced } from './system/announced-addresses.ts'
import { systemTimers } from './system/clock.ts'
import type { Listeners } from './system/listener.ts'
import { createLog, standardErrorLog } from './system/log.ts'
import { LogBudget } from './system/log-budget.ts'

/** A box that has not stopped by then is ended (ms). */
const STOP_TIMEOUT_MS = 4500
/** The greeting waits no longer for a name by multicast DNS (ms): what comes later is said later. */
const NAME_WAIT_MS = 2000

/** Runs the box in this process, and ends that with it: on a signal, or when the box fails. */
export async function run(config: Config, listeners: Listeners): Promise<void> {
  const logTail = new LogTail()
  const logBudget = new LogBudget(() => performance.now())
  // Standard output is for people.
  const to = standardErrorLog(config.logLevel, process.stderr.isTTY)
  const log = createLog(config.logLevel, to, { tail: logTail, budget: logBudget })
  let hasFailed = false
  let isStopping = false
  let box: Box | undefined

  function fail(error: unknown): void {
    hasFailed = true
    log.fatal({ scope: 'process', event: 'failed', err: error }, 'the box failed and stops')
    void stop('failure')
  }

  async function stop(reason: string): Promise<void> {
    // Ctrl+C reaches all programs of a terminal, and npm passes it on as well.
    if (isStopping) return
    isStopping = true
    // Not `exit`, which waits for the journal's thread, and that perhaps for a disk that does not answer.
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), STOP_TIMEOUT_MS).unref()
    log.info({ scope: 'process', event: 'stopping', reason }, 'box stops')
    try {
      await box?.close()
    } catch (err) {
      log.fatal({ scope: 'process', event: 'stop-failed', err }, 'box did not stop in order')
      process.exit(1)
    }
    log.notice({ scope: 'process', event: 'end' }, 'box stopped')
    process.exit(hasFailed ? 1 : 0)
  }

  process.on('SIGTERM', () => void stop('SIGTERM'))
  process.on('SIGINT', () => void stop('SIGINT'))
  process.on('uncaughtException', fail)
  try {
    const storage = openStorage(config, log, fail)
    // The journal's thread starts while the rest is loaded.
    const { openBox } = await import('./box.ts')
    box = await openBox(config, log, { storage, listeners, logTail, logBudget, onFailure: fail })
  } catch (error) {
    console.error(`The box could not start: ${(error as Error).message}`)
    log.debug({ scope: 'process', event: 'start-failed', err: error }, 'box could not start')
    process.exit(1)
  }
  const started = box
  const { newAddresses } = await import('./greeting.ts')
  await Promise.race([box.named, delay(NAME_WAIT_MS, undefined, { ref: false })])
  for (const { name, because } of await box.checkNames()) {
    const fields = { scope: 'process', event: 'doubtful-name', name }
    const who = config.hostnames.includes(name) ? 'BOX_HOSTNAMES has' : 'An admin said'
    log.warn(fields, `${who} ${name}, which ${because}: the doctor tells more`)
  }
  await greet(box, ({ others, here }) => {
    const urls = [...others.urls, ...here.urls]
    const adminUrls = [...others.adminUrls, ...here.adminUrls]
    log.notice({ scope: 'process', event: 'start', urls, adminUrls }, 'box started')
  })
  watchAddresses({
    ...{ announced: () => started.announced(), timers: systemTimers, hint: started.named },
    onChange: (announced) => {
      const { urls, adminUrls } = announced.others
      log.notice({ scope: 'process', event: 'addresses', urls, adminUrls }, 'addresses changed')
      console.log(newAddresses(announced))
    },
  })
  flushCompileCache()
}

/** The link by which the password is set is for who reads this, and for no log. */
async function greet(box: Box, note: (announced: Announced) => void): Promise<void> {
  const { setupPath } = box
  const announced = box.announced()
  note(announced)
  const { greeting } = await import('./greeting.ts')
  console.log(greeting({ announced, setupPath }))
}
