import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LogTail } from '../../src/admin/log-tail.ts'
import { openBox } from '../../src/box.ts'
import { loadConfig } from '../../src/config.ts'
import { openStorage } from '../../src/storage.ts'
import { Listener } from '../../src/system/listener.ts'
import { createLog } from '../../src/system/log.ts'
import { LogBudget } from '../../src/system/log-budget.ts'

export interface TestBox {
  /** `http://127.0.0.1:PORT` */
  readonly url: string
  readonly port: number
  /** of the dashboard: `http://127.0.0.1:PORT` */
  readonly adminUrl: string
  readonly adminPort: number
  readonly filesDir: string
  /** where the admin password can be set; undefined: there is one */
  readonly setupPath: string | undefined
  /** the log so far, a line each */
  readonly logLines: readonly string[]
  /** Stops the box and removes its folder, unless the folder was given. */
  stop(): Promise<void>
}

/**
 * Starts a whole box in this process, on a free port.
 * @param env settings besides; `BOX_FILES_DIR` keeps its folder, to start another box on it later
 */
export async function startBox(env: Record<string, string> = {}): Promise<TestBox> {
  const given = env.BOX_FILES_DIR
  const filesDir = given ?? (await mkdtemp(join(tmpdir(), 'box-')))
  const config = loadConfig({
    BOX_HOST: '127.0.0.1',
    BOX_PORT: '0',
    BOX_ADMIN_PORT: '0',
    // Boxes of tests would take names from each other.
    BOX_MDNS_NAME: 'off',
    BOX_LOG_LEVEL: 'debug',
    // Tests run on a full laptop, too.
    BOX_MAX_VOLUME_PERCENT: '100',
    ...env,
    BOX_FILES_DIR: filesDir,
  })
  const logLines: string[] = []
  const logTail = new LogTail()
  const lines = { write: (line: string) => void logLines.push(line) }
  const logBudget = new LogBudget(() => performance.now())
  const log = createLog(config.logLevel, lines, { tail: logTail, budget: logBudget })
  const failures: unknown[] = []
  const onFailure = (error: unknown) => failures.push(error)
  const { host } = config
  const listeners = {
    apps: await Listener.open({ host, port: config.port, setting: 'BOX_PORT' }),
    admin: await Listener.open({ host, port: config.adminPort, setting: 'BOX_ADMIN_PORT' }),
  }
  const storage = openStorage(config, log, onFailure)
  const box = await openBox(config, log, { storage, listeners, logTail, logBudget, onFailure })
  return {
    url: `http://127.0.0.1:${box.port}`,
    port: box.port,
    adminUrl: `http://127.0.0.1:${box.adminPort}`,
    adminPort: box.adminPort,
    filesDir,
    setupPath: box.setupPath,
    logLines,
    stop: async () => {
      await box.close()
      if (!given) await rm(filesDir, { recursive: true })
      if (failures.length > 0) throw new Error('the box failed', { cause: failures[0] })
    },
  }
}
