import { devNull } from 'node:os'
import { fileURLToPath } from 'node:url'
import { ServerProcess } from './server-process.ts'

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url))

/** A box in a process of its own. */
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
        // Not the developer's settings.
        BOX_ENV_FILE: devNull,
        BOX_HOST: '127.0.0.1',
        BOX_PORT: String(port),
        BOX_ADMIN_PORT: '0',
        BOX_FILES_DIR: filesDir,
        BOX_LOG_LEVEL: 'warn',
        ...env,
      },
    })
  }
}
