import { fileURLToPath } from 'node:url'
import { ServerProcess } from './server-process.ts'

/** All clients come from one address, and some send as fast as they can. */
const NO_LIMITS = {
  BOX_MAX_MESSAGES_PER_SECOND: '0',
  BOX_MAX_KB_PER_SECOND: '0',
  BOX_MAX_CONNECTIONS_PER_ADDRESS: '0',
  BOX_MAX_UNJOINED_PER_ADDRESS: '0',
  BOX_MAX_UNJOINED: '0',
  BOX_MAX_USERS_PER_SESSION: '0',
  BOX_MAX_SESSIONS_PER_ADDRESS: '0',
  BOX_MAX_SESSIONS: '0',
}

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url))

/** A box in a process of its own, with default settings but for limits. */
export class BenchBox extends ServerProcess {
  /**
   * @param env settings besides port and folder
   * @param nodeOptions of the Node that it runs on
   */
  constructor(
    port: number,
    filesDir: string,
    env: Readonly<Record<string, string>> = {},
    nodeOptions: readonly string[] = [],
  ) {
    super(port, {
      program: process.execPath,
      args: [...nodeOptions, MAIN],
      env: {
        PATH: process.env.PATH,
        BOX_HOST: '127.0.0.1',
        BOX_PORT: String(port),
        BOX_FILES_DIR: filesDir,
        BOX_LOG_LEVEL: 'warn',
        ...NO_LIMITS,
        ...env,
      },
    })
  }
}
